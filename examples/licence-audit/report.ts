/** The report of the licence audit: a page for people and the same facts as data. */
import { z } from "zod";
import { auditedPackages, countByLicence, outputOf } from "./audit-data.js";

const policySchema = z.object({
  findings: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      licence: z.string(),
      looksLike: z.string().optional(),
    }),
  ),
  unread: z.array(z.string()),
});
const duplicatesSchema = z.object({
  duplicates: z.array(z.object({ name: z.string(), versions: z.array(z.string()) })),
});

export interface ReportData {
  readonly status: string;
  readonly packages: number;
  readonly byLicence: Readonly<Record<string, number>>;
  readonly findings: z.infer<typeof policySchema>["findings"];
  readonly unread: readonly string[];
  readonly duplicates: z.infer<typeof duplicatesSchema>["duplicates"];
}

export function renderReport(
  variables: Readonly<Record<string, string>>,
  outcome: { status: string; feedback: string | undefined },
): { markdown: string; data: ReportData } {
  const { packages } = auditedPackages(variables);
  const counts = countByLicence(packages);
  const policy = policySchema.safeParse(outputOf(variables, "check-policy"));
  const duplicates = duplicatesSchema.safeParse(outputOf(variables, "find-duplicates"));
  const data: ReportData = {
    status: outcome.status,
    packages: packages.length,
    byLicence: Object.fromEntries(counts),
    findings: policy.success ? policy.data.findings : [],
    unread: policy.success ? policy.data.unread : [],
    duplicates: duplicates.success ? duplicates.data.duplicates : [],
  };
  return { markdown: markdownOf(data, outcome.feedback), data };
}

function markdownOf(data: ReportData, feedback: string | undefined): string {
  const lines = [
    "# Licence audit",
    "",
    `${data.packages} installed packages; the audit ended as *${data.status}*.`,
    ...(feedback === undefined ? [] : ["", `Reviewer: ${feedback}`]),
    "",
    "| licence | packages |",
    "| --- | ---: |",
    ...Object.entries(data.byLicence).map(([licence, count]) => `| ${licence} | ${count} |`),
    "",
    "## To review",
    "",
    ...(data.findings.length === 0 ? ["Nothing."] : data.findings.map(findingLine)),
    ...data.unread.map((id) => `- ${id}: could not be read`),
    "",
    "## Installed in several versions",
    "",
    ...(data.duplicates.length === 0
      ? ["Nothing."]
      : data.duplicates.map(({ name, versions }) => `- ${name}: ${versions.join(", ")}`)),
  ];
  return `${lines.join("\n")}\n`;
}

function findingLine(finding: ReportData["findings"][number]): string {
  const hint = finding.looksLike === undefined ? "" : ` (its licence file looks like ${finding.looksLike})`;
  return `- ${finding.name}@${finding.version}: ${finding.licence}${hint}`;
}

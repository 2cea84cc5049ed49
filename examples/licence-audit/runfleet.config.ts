/** The worker configuration of the licence audit: its four actions, and the folder its scripts run in. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { defineAction, defineConfig } from "@runfleet/worker";
import { z } from "zod";
import { auditedPackages, countByLicence } from "./audit-data.js";
import { renderReport } from "./report.js";

const countLicences = defineAction({
  name: "count-licences",
  async run({ variables }) {
    const { packages } = auditedPackages(variables);
    const byLicence = Object.fromEntries(countByLicence(packages));
    return {
      markers: ["counted"],
      context: `${packages.length} packages under ${Object.keys(byLicence).length} licences`,
      output: { packages: packages.length, byLicence },
    };
  },
});

const checkPolicy = defineAction({
  name: "check-policy",
  input: z.object({ allowed: z.string(), prior_contexts: z.string() }),
  async run({ input, variables }) {
    const allowed = new Set(input.allowed.split(/[\s,]+/));
    const { packages, unread } = auditedPackages(variables);
    const findings = packages.filter(({ licence }) => !allowed.has(licence));
    const clean = findings.length === 0 && unread.length === 0;
    return {
      markers: [clean ? "clean" : "needs_review"],
      context: `${findings.length} packages need a review, ${unread.length} could not be read`,
      output: { findings, unread },
    };
  },
});

const findDuplicates = defineAction({
  name: "find-duplicates",
  async run({ variables }) {
    const versions = new Map<string, Set<string>>();
    for (const { name, version } of auditedPackages(variables).packages) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
    const duplicates = [...versions]
      .filter(([, found]) => found.size > 1)
      .map(([name, found]) => ({ name, versions: [...found] }));
    return {
      markers: duplicates.length > 0 ? ["has_duplicates"] : [],
      context: `${duplicates.length} packages are installed in several versions`,
      output: { duplicates },
    };
  },
});

const writeReport = defineAction({
  name: "write-report",
  input: z.object({ report: z.string(), workflow_status: z.string(), prior_contexts: z.string() }),
  async run({ input, variables, gateFeedback }) {
    const { markdown, data } = renderReport(variables, {
      status: input.workflow_status,
      feedback: gateFeedback,
    });
    await mkdir(dirname(input.report), { recursive: true });
    // The same text under the same name: running twice does no harm.
    await writeFile(input.report, markdown);
    await writeFile(`${input.report}.json`, `${JSON.stringify(data, null, 2)}\n`);
    return { markers: ["written"], context: `report written to ${input.report}` };
  },
});

export default defineConfig({
  workflows: ".",
  actions: [countLicences, checkPolicy, findDuplicates, writeReport],
  runContext: () => ({ workingDir: dirname(fileURLToPath(import.meta.url)) }),
});

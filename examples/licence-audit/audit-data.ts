/**
 * What the steps of the audit found so far, read from the variables every action gets. `prior_contexts` is the list of
 * results of all earlier steps; the `packages` entry is the foreach's list of items.
 */
import { z } from "zod";

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  looksLike: z.string().optional(),
});
export type PackageLicence = z.infer<typeof packageSchema>;

const contextsSchema = z.array(
  z.object({ step: z.string(), context: z.string(), structured_output: z.string().nullable().optional() }),
);
const itemsSchema = z.object({
  items: z.array(z.object({ item_id: z.string(), status: z.string(), output: packageSchema.nullable() })),
});

/** Structured output of the newest entry of a step, `undefined` when there is none. */
export function outputOf(variables: Readonly<Record<string, string>>, step: string): unknown {
  const entries = contextsSchema.parse(JSON.parse(variables["prior_contexts"] ?? "[]"));
  const text = entries.findLast((entry) => entry.step === step)?.structured_output;
  return text === undefined || text === null ? undefined : JSON.parse(text);
}

/** The packages that were read, and the ids of those that could not be. */
export function auditedPackages(variables: Readonly<Record<string, string>>): {
  packages: readonly PackageLicence[];
  unread: readonly string[];
} {
  const parsed = itemsSchema.safeParse(outputOf(variables, "packages"));
  const items = parsed.success ? parsed.data.items : [];
  return {
    packages: items.flatMap((item) => (item.output === null ? [] : [item.output])),
    unread: items.filter((item) => item.output === null).map((item) => item.item_id),
  };
}

/** Packages per licence, most frequent first. */
export function countByLicence(packages: readonly PackageLicence[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence, (counts.get(licence) ?? 0) + 1);
  return [...counts].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
}

/** What the family tree says of runs: their names, what tells siblings apart, how many stand how, who may have runs below. Pure. */
import type { RunRow } from "@runfleet/client";
import type { Definition } from "@runfleet/model";

/** Inputs of a row, and signs of each: enough to know an item by, on one line. */
const inputsShownMax = 3;
const signsShownMax = 40;

/** A child has the label of its root, so its workflow and the end of its id name it. */
export function familyName({
  id,
  workflow,
  label,
  parentId,
}: Pick<RunRow, "id" | "workflow" | "label" | "parentId">) {
  return parentId === null ? (label ?? workflow) : `${workflow} …${id.slice(-6)}`;
}

/** `item=17, region=eu`. Secrets are masked before they come here. */
export function inputsText(inputs: Readonly<Record<string, string>>): string {
  const entries = Object.entries(inputs);
  const shown = entries.slice(0, inputsShownMax).map(([name, value]) => `${name}=${shortened(value)}`);
  return [...shown, ...(entries.length > inputsShownMax ? ["…"] : [])].join(", ");
}

function shortened(value: string): string {
  const line = value.replaceAll(/\s+/g, " ").trim();
  return line.length <= signsShownMax ? line : `${line.slice(0, signsShownMax)}…`;
}

/** `3 runs: 2 completed, 1 failed`, the most first; `newest 50: …` where there are more. */
export function tally(runs: readonly Pick<RunRow, "status">[], hasMore: boolean): string {
  const counts = new Map<string, number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([status, amount]) => `${amount} ${status}`);
  if (parts.length === 0) return "It has started no run.";
  const amount = hasMore ? `newest ${runs.length}` : `${runs.length} ${runs.length === 1 ? "run" : "runs"}`;
  return `${amount}: ${parts.join(", ")}`;
}

/** Whether a run of it can have runs below: they come of a call of a workflow and of a foreach alone. */
export function startsRuns({ body, always }: Pick<Definition, "body" | "always">): boolean {
  const rest = [...body, ...always];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if (node.kind === "child" || node.kind === "foreach") return true;
    if ("body" in node) rest.push(...node.body);
  }
  return false;
}

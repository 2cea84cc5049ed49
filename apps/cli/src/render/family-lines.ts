/**
 * The children of one run for people: how many in which status, those that want a look first, and the run further down
 * that all of them wait for. Pure; bounded however many children there are.
 */
import type { RunExplanation, RunRow } from "@runfleet/client";
import { type RunStatus, runStatuses } from "@runfleet/model";
import type { TreeOptions } from "./run-tree.js";
import { elapsed, oneLine, statusSign, statusWord, waitingFor } from "./words.js";

const rowsShownMax = 10;
/** Those first that somebody may have to do something about, or that are at work. */
const order: readonly RunStatus[] = [
  "failed",
  "waiting",
  "cancelling",
  "running",
  "pending",
  "cancelled",
  "completed",
];

/** `page`: the newest children and whether there are more. */
export function familyLines(
  page: { readonly runId: string; readonly children: readonly RunRow[]; readonly hasMore: boolean },
  options: TreeOptions,
): string[] {
  const { runId, children, hasMore } = page;
  if (children.length === 0) return [];
  const counts = runStatuses.flatMap((status) => {
    const count = children.filter((child) => child.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  const newest = hasMore ? `the newest ${children.length} child runs` : `${children.length} child runs`;
  const shown = [...children]
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
    .slice(0, rowsShownMax);
  const rest = children.length > shown.length || hasMore;
  return [
    `  ${newest}: ${counts.join(", ")}`,
    ...shown.map((child) => `    ${childLine(child, options)}`),
    ...(rest ? [`    … all of them: runfleet list --parent ${runId}`] : []),
  ];
}

/** A run below another one in one line, with what it waits for or why it failed. */
export function childLine(child: RunRow, { colours, now, columns, spinner }: TreeOptions): string {
  const [blocked] = child.blockedOn;
  const why = child.error === null ? "" : `${child.error.code}: ${child.error.message}`;
  const waits = blocked === undefined ? why : `waits for ${waitingFor(blocked, now)}`;
  const head = `${statusSign(child.status, colours, spinner)} ${child.workflow}  ${child.id}  ${statusWord(child.status, colours)}  ${elapsed(child, now)}`;
  return waits === "" ? head.trimEnd() : `${head}  ${oneLine(waits, Math.max(20, columns - 60))}`;
}

/** The run at the bottom of a chain of waits; nothing when the run itself says all. */
export function blockedBelow({ because }: RunExplanation): string[] {
  if (because === null) return [];
  let deepest = because;
  while (deepest.because !== null) deepest = deepest.because;
  return [`  because run ${deepest.id} (${deepest.workflow}): ${deepest.sentence}`];
}

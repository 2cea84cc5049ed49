/** What the board shows of a run, out of its records: how far it is, and one line per attempt of a step. Pure. */
import { type Definition, isEnded, type Node, type RunRecord, type StepRecord } from "@runfleet/model";

export interface RunProgress {
  /** The step that is under way, or the last one there was; null before the first. */
  readonly step: string | null;
  /** Steps that have ended. */
  readonly done: number;
  /** Steps the workflow has; more where loops repeated some, and when the run has ended those it took. */
  readonly total: number;
  readonly costUsd: number;
}

/** `steps` as they were opened, all attempts; without a definition only steps that were opened are counted. */
export function progressOf(
  run: RunRecord,
  steps: readonly StepRecord[],
  definition: Definition | undefined,
): RunProgress {
  const latest = new Map(steps.map((step) => [step.address, step]));
  const places = [...latest.values()];
  const open = places.filter((step) => !hasEnded(step));
  const done = places.length - open.length;
  const planned = definition === undefined ? 0 : stepsIn([...definition.body, ...definition.always]);
  const current = open.at(0) ?? places.at(-1);
  return {
    step: current?.name ?? null,
    done,
    total: run.status === "completed" ? places.length : Math.max(planned, places.length),
    costUsd: run.totals.costUsd,
  };
}

/** In the order in which the attempts were opened. */
export function logLines(run: RunRecord, steps: readonly StepRecord[]): readonly string[] {
  const lines = steps.map(logLine);
  if (!isEnded(run.status) || run.endedAt === undefined) return lines;
  const why = run.error === undefined ? "" : `: ${run.error.code}: ${run.error.message}`;
  return [...lines, `${timeOf(run.endedAt)} the run ${run.status}${why}`];
}

function logLine(step: StepRecord): string {
  const { name, status, attempt, startedAt, endedAt, markers, error } = step;
  const words = [
    timeOf(endedAt ?? startedAt),
    name,
    ...(attempt > 1 ? [`(attempt ${attempt})`] : []),
    status,
    ...(startedAt === undefined || endedAt === undefined ? [] : [`in ${(endedAt - startedAt) / 1_000} s`]),
    ...(step.usage?.costUsd === undefined ? [] : [`for ${step.usage.costUsd} USD`]),
    ...(markers.length === 0 ? [] : [`[${markers.join(", ")}]`]),
  ];
  const why = error === undefined ? (step.context ?? "") : `${error.code}: ${error.message}`;
  return why === "" ? words.join(" ") : `${words.join(" ")}: ${why}`;
}

/** Steps that are not yet begun have no time. */
function timeOf(at: number | undefined): string {
  return at === undefined ? "-" : new Date(at).toISOString();
}

function hasEnded({ status }: StepRecord): boolean {
  return status !== "pending" && status !== "running" && status !== "waiting";
}

function stepsIn(nodes: readonly Node[]): number {
  return nodes.reduce((count, node) => count + stepsOf(node), 0);
}

function stepsOf(node: Node): number {
  switch (node.kind) {
    case "branch":
    case "loop":
    case "sequence":
      return stepsIn(node.body);
    case "parallel":
      return node.branches.length;
    default:
      return 1;
  }
}

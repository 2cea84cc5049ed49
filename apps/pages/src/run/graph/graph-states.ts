/**
 * How far a run is, box by box: its steps and history laid over the graph of its definition. Pure. Which way a condition
 * went is known from the history that is at hand, or from the steps behind it.
 */
import type { Graph, GraphEdge, GraphGroup, GraphMember, GraphNode } from "@runfleet/language";
import type { HistoryEvent, RunDocument, StepDocument, StepStatus } from "@runfleet/model";

export interface BoxState {
  /** Of the newest execution; of `start` and `end` the run's; absent: it has not begun, or is nothing that is executed. */
  readonly status: StepStatus | undefined;
  /** Every attempt of every round, oldest first. */
  readonly steps: readonly StepDocument[];
  /** How often it was executed: more than once in loops. */
  readonly rounds: number;
  /** Only of conditions that have been answered: the label of the arrow that was followed the last time. */
  readonly answer: string | undefined;
}

export interface GraphStates {
  box(node: GraphNode): BoxState;
  /** What is to be said of a group besides what it is. */
  group(group: GraphGroup): string | undefined;
  /** Whether the run has gone this way. */
  isWalked(edge: GraphEdge): boolean;
}

interface Known {
  readonly run: RunDocument;
  /** Path of a node → its attempts. */
  readonly steps: ReadonlyMap<string, readonly StepDocument[]>;
  /** Path of a condition → whether its body was taken the last time. */
  readonly taken: ReadonlyMap<string, boolean>;
  readonly edges: readonly GraphEdge[];
  readonly nodes: ReadonlyMap<string, GraphNode>;
}

export function graphStates(
  run: RunDocument,
  history: readonly HistoryEvent[],
  graph: Pick<Graph, "members" | "edges">,
): GraphStates {
  const nodes = new Map(boxesOf(graph.members).map((node) => [node.id, node]));
  const known = { run, steps: byPath(run.steps), taken: takenOf(history), edges: graph.edges, nodes };
  const states = new Map([...nodes].map(([id, node]) => [id, boxState(known, node)]));
  const stateOf = (id: string): BoxState => states.get(id) ?? unexecuted;
  return {
    box: (node) => stateOf(node.id),
    group: (group) => groupNote(known, group),
    isWalked: ({ from, to, label, kind }) => {
      if (kind === "again") return roundsOf(known, nodes.get(to)) > 1;
      const { answer } = stateOf(from);
      if (answer !== undefined && label !== answer) return false;
      return [from, to].every((id) => isReached(known, nodes.get(id), stateOf(id)));
    },
  };
}

export function boxesOf(members: readonly GraphMember[]): readonly GraphNode[] {
  return members.flatMap((member) => (member.type === "group" ? boxesOf(member.members) : [member]));
}

/** `b.2.0@1.4` is the node `b.2.0.4`; the agent that runs after it has failed (`b.2.0@1.4.f`) belongs to it. */
function pathOf(address: string): string {
  return address.replaceAll(/@\d+/g, "").replace(/\.f$/, "");
}

/** Boxes that are drawn for a block have a word behind the block's path. */
function blockPath({ path }: GraphNode): string {
  return path.replace(/\.[a-z]+$/, "");
}

function byPath(steps: readonly StepDocument[]): ReadonlyMap<string, readonly StepDocument[]> {
  const found = new Map<string, StepDocument[]>();
  for (const step of steps) {
    const path = pathOf(step.address);
    const same = found.get(path);
    if (same === undefined) found.set(path, [step]);
    else same.push(step);
  }
  return found;
}

function takenOf(history: readonly HistoryEvent[]): ReadonlyMap<string, boolean> {
  return new Map(
    history.flatMap((event) => (event.type === "branch.taken" ? [[pathOf(event.address), event.taken]] : [])),
  );
}

const unexecuted: BoxState = { status: undefined, steps: [], rounds: 0, answer: undefined };

function boxState(known: Known, node: GraphNode): BoxState {
  const { run, steps } = known;
  if (node.kind === "start")
    return { ...unexecuted, status: run.startedAt === null ? undefined : "completed" };
  if (node.kind === "end") return { ...unexecuted, status: endStatus(run) };
  if (node.kind === "decision") return { ...unexecuted, answer: answerOf(known, node) };
  const own = steps.get(node.kind === "child" ? blockPath(node) : node.path) ?? [];
  const rounds = new Set(own.map(({ address }) => address.replace(/\.f$/, ""))).size;
  return { status: own.at(-1)?.status, steps: own, rounds, answer: undefined };
}

function endStatus({ status }: RunDocument): StepStatus | undefined {
  return status === "completed" || status === "failed" || status === "cancelled" ? status : undefined;
}

/** The arrow into the body, or the other one. A test of a loop has no answer of its own: its rounds say it. */
function answerOf(known: Known, { id, path }: GraphNode): string | undefined {
  const { taken, edges, nodes } = known;
  const body = `${path}.0.`;
  const ways = edges.filter(({ from }) => from === id);
  const into = ways.find(({ to }) => nodes.get(to)?.path.startsWith(body));
  const isTaken = taken.get(path) ?? (hasBegunBelow(known, `${path}.0`) ? true : undefined);
  if (into === undefined || isTaken === undefined) return undefined;
  return (isTaken ? into : ways.find((way) => way !== into))?.label;
}

/** Boxes that are nothing of their own are reached with the block that they are drawn for. */
function isReached(known: Known, node: GraphNode | undefined, { status, answer }: BoxState): boolean {
  if (node === undefined) return false;
  if (status !== undefined || answer !== undefined) return true;
  return blockPath(node) !== node.path && hasBegunBelow(known, blockPath(node));
}

/** Of the paths, which are few, and not of the steps, which may be many thousands. */
function hasBegunBelow({ steps }: Known, path: string): boolean {
  return [...steps.keys()].some((at) => at.startsWith(`${path}.`));
}

function groupNote(known: Known, { kind, path }: GraphGroup): string | undefined {
  if (kind === "loop") {
    const round = newestRound(known, path);
    return round === 0 ? undefined : `round ${round}`;
  }
  const progress = kind === "foreach" ? known.steps.get(path)?.at(-1)?.progress : undefined;
  if (progress === null || progress === undefined) return undefined;
  const { completed, total, running, failed } = progress;
  const counts = [`${completed} of ${total} done`, running > 0 ? `${running} running` : ""];
  return [...counts, failed > 0 ? `${failed} failed` : ""].filter((text) => text !== "").join(", ");
}

function roundsOf(known: Known, node: GraphNode | undefined): number {
  return node === undefined ? 0 : newestRound(known, blockPath(node));
}

/** Counted from 1, 0 before the first one. Of a loop inside another one those of the newest round around it. */
function newestRound({ steps }: Known, loop: string): number {
  const newest = [...steps]
    .filter(([path]) => path.startsWith(`${loop}.0.`))
    .flatMap(([, own]) => own.slice(-1))
    .reduce<StepDocument | undefined>(
      (last, step) => (last === undefined || step.ordinal >= last.ordinal ? step : last),
      undefined,
    );
  if (newest === undefined) return 0;
  const body = newest.address.split(".")[loop.split(".").length] ?? "";
  return Number(body.split("@")[1] ?? 0) + 1;
}

/**
 * The draft of one decision. Nodes change the run only through the functions here, so each change reaches the right
 * part of the state, and opening and settling go through one worklist instead of recursion. Decides nothing itself.
 */
import type {
  AbortAttempt,
  Address,
  CancelChild,
  Command,
  Fact,
  Frame,
  KeptStep,
  OpenGate,
  RunState,
  StepRecord,
  Trail,
} from "@runfleet/model";
import { attemptKey, isBelow, iterationOf, RunfleetError } from "@runfleet/model";
import type { DecideEnv } from "./decision.js";
import { hasPart, partName } from "./parts.js";
import type { Plan } from "./plan.js";
import type { Settlement } from "./settlement.js";

export type Task =
  | { readonly type: "open"; readonly at: Address }
  /** Go on where a retried run failed. */
  | { readonly type: "reopen"; readonly at: Address; readonly trail: Trail }
  /** Stop everything that is open below. */
  | { readonly type: "stop"; readonly at: Address; readonly reason: string }
  | { readonly type: "settled"; readonly at: Address; readonly settlement: Settlement }
  /** End a step as it ended in the run that this one is a fork of. */
  | KeepTask;

export interface KeepTask {
  readonly type: "keep";
  readonly at: Address;
  readonly ordinal: number;
  readonly kept: KeptStep;
}

export interface Turn {
  readonly plan: Plan;
  readonly state: RunState;
  readonly env: DecideEnv;
  readonly tasks: Task[];
  readonly facts: Fact[];
  readonly commands: Command[];
  /** Key: address and attempt; the last record wins. */
  readonly steps: Map<string, StepRecord>;
  readonly gatesOpened: OpenGate[];
  readonly gatesClosed: Address[];
  /** Parts that were changed, and whether they existed before. */
  readonly touched: Map<string, boolean>;
  /** Addresses that asked for local work in this turn. */
  readonly asked: Set<Address>;
  /** Only in the decision that begins a fork: how the steps ended that it does not execute. */
  kept?: Readonly<Record<Address, KeptStep>> | undefined;
  /** Kept steps that were opened and have not ended. */
  readonly keeping: KeepTask[];
  /** Variables of ordinary steps; forgotten when a result is recorded. */
  variables?: KnownVariables | undefined;
}

/** Worked out when they are first asked for. */
export interface KnownVariables {
  /** Secret inputs are masked. */
  masked?: Readonly<Record<string, string>>;
  /** With the values of secret inputs: only for commands that the worker performs itself. */
  revealed?: Readonly<Record<string, string>>;
}

export function beginTurn(plan: Plan, state: RunState, env: DecideEnv): Turn {
  return {
    plan,
    state,
    env,
    tasks: [],
    facts: [],
    commands: [],
    steps: new Map(),
    gatesOpened: [],
    gatesClosed: [],
    touched: new Map(),
    asked: new Set(),
    keeping: [],
  };
}

/** To be called before a part is changed. */
export function touch(turn: Turn, part: string): void {
  if (!turn.touched.has(part)) turn.touched.set(part, hasPart(turn.state, part));
}

/** The core, about to be changed. */
export function core(turn: Turn): RunState["core"] {
  touch(turn, partName.core);
  return turn.state.core;
}

/** Puts a frame at an address, or says that the frame there was changed. */
export function setFrame(turn: Turn, at: Address, frame: Frame): void {
  touch(turn, partName.frame(at));
  turn.state.frames[at] = frame;
}

/** Opens the node at an address when its turn in the worklist comes. */
export function open(turn: Turn, at: Address): void {
  turn.tasks.push({ type: "open", at });
}

/** Opens the node at an address where its trail says it was. */
export function reopen(turn: Turn, at: Address, trail: Trail): void {
  turn.tasks.push({ type: "reopen", at, trail });
}

/** Stops everything that is open below an address; it settles as cancelled once it has stopped. */
export function stopBelow(turn: Turn, at: Address, reason: string): void {
  turn.tasks.push({ type: "stop", at, reason });
}

/** Closes an address and everything below it, and tells the parent how it ended. */
export function settle(turn: Turn, at: Address, settlement: Settlement): void {
  drop(turn, at);
  turn.tasks.push({ type: "settled", at, settlement });
}

/** Closes an address and everything below it without telling anybody. */
export function drop(turn: Turn, at: Address): void {
  for (const address of Object.keys(turn.state.frames)) {
    if (address !== at && !isBelow(address, at)) continue;
    touch(turn, partName.frame(address));
    delete turn.state.frames[address];
  }
}

/** Asks the world for something. */
export function ask(turn: Turn, command: Exclude<Command, AbortAttempt | CancelChild>): void {
  turn.commands.push(command);
  turn.asked.add(command.address);
}

/** Asks to abort an attempt; one that was asked for in this very turn is not asked for at all. True when withdrawn. */
export function abort(turn: Turn, attempt: Omit<AbortAttempt, "type">): boolean {
  const withdrawn = withdraw(
    turn,
    (command) =>
      (command.type === "runAction" || command.type === "runScript") &&
      command.address === attempt.address &&
      command.attempt === attempt.attempt,
  );
  if (!withdrawn) turn.commands.push({ type: "abortAttempt", ...attempt });
  return withdrawn;
}

/** Asks to cancel a child run; one that this very turn wanted to start is not started at all. True when withdrawn. */
export function cancelChild(turn: Turn, childId: string, reason: string): boolean {
  const withdrawn = withdraw(turn, (command) => command.type === "startChild" && command.childId === childId);
  if (!withdrawn) turn.commands.push({ type: "cancelChild", childId, reason });
  return withdrawn;
}

function withdraw(turn: Turn, matches: (command: Command) => boolean): boolean {
  const index = turn.commands.findIndex(matches);
  if (index >= 0) turn.commands.splice(index, 1);
  return index >= 0;
}

/** Adds to the run's timeline. */
export function note(turn: Turn, fact: Fact): void {
  turn.facts.push(fact);
}

type Fixed = "address" | "name" | "kind" | "status" | "attempt" | "ordinal";
type Optional = Exclude<keyof StepRecord, Fixed | "iteration">;

/** Those that are only copied. */
const copiedMembers = [
  ...(["context", "output", "resultText", "error", "childRunId"] as const),
  ...(["startedAt", "endedAt", "usage", "keptFrom", "progress"] as const),
] as const satisfies readonly Optional[];

/** A step record without what follows from its address; members that are `undefined` are left out. */
export type StepEntry = Pick<StepRecord, Fixed> & { [K in Optional]?: StepRecord[K] | undefined };

/** Records where one attempt of a step stands. Without an end of its own, a terminal status gets the time of now. */
export function record(turn: Turn, step: StepEntry): void {
  const { address, name, kind, status, attempt, ordinal, markers = [] } = step;
  const iteration = iterationOf(address);
  // Each step comes by twice, and copies of whole objects were the dearest part of a decision.
  const made: StepRecord = { address, name, kind, status, attempt, iteration, ordinal, markers };
  for (const member of copiedMembers)
    if (step[member] !== undefined) (made as Record<typeof member, unknown>)[member] = step[member];
  if (status !== "running" && status !== "waiting") made.endedAt ??= turn.env.now;
  turn.steps.set(attemptKey(address, attempt), made);
}

/** Position of a new step in the run's list of steps. */
export function takeOrdinal(turn: Turn): number {
  const { nextOrdinal } = core(turn);
  turn.state.core.nextOrdinal = nextOrdinal + 1;
  return nextOrdinal;
}

/** True when nothing new may begin: the body was cancelled or timed out, or the time of `always` is over. */
export function isHalted(turn: Turn): boolean {
  const { phase, cancel, alwaysDeadline } = turn.state.core;
  if (phase === "always") return alwaysDeadline !== undefined && alwaysDeadline <= turn.env.now;
  return cancel !== undefined;
}

/** A state that cannot be; the run stops loudly instead of going on. */
export function defect(message: string): RunfleetError {
  return new RunfleetError("internal", message);
}

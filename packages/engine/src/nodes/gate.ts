/**
 * `gate`: waits for somebody's word. People answer through the inbox; a resolver is polled, without a worker in
 * between; a `signal` gate takes a signal of its name, also one that came early. The deadline is absolute. Quality
 * gates are decided at once. A rejected gate stops every block around it.
 */
import type { Failure, GateFrame, GateNode, OpenGate, StepStatus } from "@runfleet/model";
import { limits, signalName } from "@runfleet/model";
import { boundedFailure } from "../bounds.js";
import { defined } from "../record.js";
import { endStep } from "../results.js";
import { completed, keptSettlement } from "../settlement.js";
import { substitute } from "../template.js";
import { truncateText } from "../text-size.js";
import {
  ask,
  core,
  note,
  record,
  type StepEntry,
  setFrame,
  settle,
  type Turn,
  takeOrdinal,
} from "../turn.js";
import { revealedFor, variablesFor } from "../variables.js";
import type { FrameEvent, KeptSpot, NodeBehaviour, Spot } from "./behaviour.js";
import { optionsOf } from "./gate-options.js";
import { awaitNextPoll, pollProblem } from "./gate-poll.js";
import { qualityOf } from "./quality.js";
import { takeSignal } from "./signals.js";

type GateSpot = Spot<GateNode, GateFrame>;
type GateEvent<T extends FrameEvent["type"]> = Extract<FrameEvent, { type: T }>;

/** Gates that only people answer. */
const humanTypes: ReadonlySet<string> = new Set(["human_approval", "human_review"]);

export const gate: NodeBehaviour<GateNode, GateFrame> = {
  open: (turn, at, node) =>
    openGate(turn, { at, node, frame: newFrame(turn, node, { attempt: 1, ordinal: takeOrdinal(turn) }) }),
  keep,
  reopen(turn, { at, node, frame }) {
    const { attempt, ordinal } = frame;
    openGate(turn, { at, node, frame: newFrame(turn, node, { attempt: attempt + 1, ordinal }) });
  },
  on(turn, spot, event) {
    if (event.type === "gateAnswered") return answered(turn, spot, event);
    if (event.type === "gatePolled") return polled(turn, spot, event);
    if (event.type === "signalReceived") return signalled(turn, spot, event);
    return "a gate waits for answers only";
  },
  due(turn, spot) {
    const { frame } = spot;
    if (frame.deadline <= turn.env.now) timedOut(turn, spot);
    else poll(turn, spot);
  },
  stop(turn, spot, reason) {
    note(turn, { type: "step.cancelled", reason, ...named(spot) });
    close(turn, spot, { status: "cancelled" });
    settle(turn, spot.at, { type: "cancelled", trail: { [spot.at]: spot.frame } });
  },
  resume(turn, spot) {
    if (spot.frame.polling) poll(turn, spot);
  },
  waitsFor(spot) {
    const { node, frame } = spot;
    const signal = node.gateType === "signal" ? signalName(node) : undefined;
    const blockedOn = {
      type: "gate" as const,
      ...listed(spot),
      ...defined({ signal, problem: pollProblem(frame) }),
    };
    return spot.frame.polling ? { local: true, blockedOn } : { blockedOn };
  },
};

function newFrame(turn: Turn, node: GateNode, step: { attempt: number; ordinal: number }): GateFrame {
  const { now } = turn.env;
  return { kind: "gate", ...step, startedAt: now, deadline: now + node.timeoutMs };
}

function openGate(turn: Turn, spot: GateSpot): void {
  const { at, node, frame } = spot;
  note(turn, { type: "step.started", kind: "gate", ...named(spot) });
  if (node.quality !== undefined) {
    decideQuality(turn, spot, node.quality);
    return;
  }
  if (turn.env.run.dryRun) {
    pass(turn, spot, "dry run: approved without asking");
    return;
  }
  const options = optionsOf(turn, node);
  if ("problem" in options) {
    fail(turn, spot, { code: "step_failed", message: `gate '${node.name}': ${options.problem}` });
    return;
  }
  if (options.values !== undefined) frame.options = options.values;
  const prompt = promptOf(turn, spot);
  if (prompt !== undefined && prompt !== node.prompt) frame.prompt = prompt;
  setFrame(turn, at, frame);
  note(turn, { type: "gate.waiting", address: at, name: node.name, deadline: frame.deadline });
  record(turn, entry(spot, { status: "waiting" }));
  if (frame.deadline <= turn.env.now) timedOut(turn, spot);
  else if (node.gateType === "signal") awaitSignal(turn, spot);
  else beginWaiting(turn, spot);
}

/** What is asked, with the values of the moment the gate opens: who looks again reads the same. */
function promptOf(turn: Turn, { at, node }: GateSpot): string | undefined {
  if (node.prompt === undefined) return undefined;
  return truncateText(substitute(node.prompt, variablesFor(turn, at), "strip"), limits.contextBytesMax);
}

/** Everybody who can answer is told; a resolver is asked at once. */
function beginWaiting(turn: Turn, spot: GateSpot): void {
  turn.gatesOpened.push(openGateOf(turn, spot));
  if (!humanTypes.has(spot.node.gateType)) poll(turn, spot);
}

function awaitSignal(turn: Turn, spot: GateSpot): void {
  const signal = takeSignal(turn, signalName(spot.node));
  if (signal !== undefined) approve(turn, spot, { by: "signal", ...defined({ feedback: signal.data }) });
}

function signalled(turn: Turn, spot: GateSpot, { data }: GateEvent<"signalReceived">): undefined {
  approve(turn, spot, { by: "signal", ...defined({ feedback: data }) });
}

function poll(turn: Turn, spot: GateSpot): void {
  const { at, node, frame } = spot;
  frame.polling = true;
  frame.pollAt = turn.env.now;
  setFrame(turn, at, frame);
  ask(turn, { type: "pollGate", address: at, node, variables: revealedFor(turn, at) });
}

function polled(turn: Turn, spot: GateSpot, event: GateEvent<"gatePolled">): string | undefined {
  if (spot.frame.polling === undefined) return "no poll is open";
  if (event.verdict === "approved")
    approve(turn, spot, { by: "resolver", ...defined({ feedback: event.text }) });
  else if (event.verdict === "rejected")
    reject(turn, spot, { by: "resolver", ...defined({ feedback: event.text }) });
  else awaitNextPoll(turn, spot, event);
  return undefined;
}

/** A selection that is no option refuses the whole answer; the gate is announced again, so it can be answered. */
function answered(turn: Turn, spot: GateSpot, event: GateEvent<"gateAnswered">): string | undefined {
  const { options, deadline } = spot.frame;
  const { selections = [], feedback, by } = event;
  if (event.at > deadline) return "came after the deadline of the gate";
  const word = { by, ...defined({ feedback }), selections };
  if (event.verdict === "rejected") {
    reject(turn, spot, word);
    return undefined;
  }
  const unknown =
    options === undefined ? undefined : selections.find((value) => !Object.hasOwn(options, value));
  if (unknown !== undefined) {
    turn.gatesOpened.push(openGateOf(turn, spot));
    return `'${unknown}' is not an option of the gate`;
  }
  approve(turn, spot, word);
  return undefined;
}

/** Selections in one line, the feedback below it; nothing when there is neither. */
function wordsOf({ selections = [], feedback }: Word): string | undefined {
  if (selections.length === 0) return feedback;
  const chosen = selections.join(", ");
  return feedback === undefined || feedback === "" ? chosen : `${chosen}\n${feedback}`;
}

interface Word {
  readonly by: string;
  readonly feedback?: string;
  readonly selections?: readonly string[];
}

function approve(turn: Turn, spot: GateSpot, word: Word): void {
  const words = wordsOf(word);
  if (words !== undefined) hear(turn, words);
  noteResolved(turn, spot, { verdict: "approved", word });
  note(turn, { type: "step.completed", markers: [], ...named(spot) });
  close(turn, spot, { status: "completed", context: words, resultText: `approved by ${word.by}` });
  settle(turn, spot.at, completed);
}

function hear(turn: Turn, words: string): void {
  core(turn).gateFeedback = words;
  turn.variables = undefined;
}

function reject(turn: Turn, spot: GateSpot, word: Word): void {
  const { by, feedback = `gate '${spot.node.name}' was rejected by ${by}` } = word;
  noteResolved(turn, spot, { verdict: "rejected", word });
  fail(turn, spot, { code: "gate_rejected", message: feedback }, `rejected by ${by}`);
}

/** The timeline keeps what was said, apart from what becomes of it: a later gate overwrites `gate_feedback`. */
function noteResolved(
  turn: Turn,
  { at, node: { name } }: GateSpot,
  { verdict, word }: { verdict: "approved" | "rejected"; word: Word },
): void {
  const { by, feedback, selections = [] } = word;
  const chosen = selections.length === 0 ? undefined : selections;
  const said = defined({ feedback, selections: chosen });
  note(turn, { type: "gate.resolved", address: at, name, verdict, by, ...said });
}

function timedOut(turn: Turn, spot: GateSpot): void {
  const { at, node } = spot;
  note(turn, { type: "gate.timed_out", address: at, name: node.name });
  if (node.onTimeout === "fail") {
    fail(turn, spot, { code: "gate_timed_out", message: `gate '${node.name}' timed out` });
    return;
  }
  note(turn, { type: "step.timed_out", ...named(spot) });
  close(turn, spot, { status: "timed_out", resultText: "timed out; on_timeout = continue" });
  settle(turn, at, completed);
}

function decideQuality(turn: Turn, spot: GateSpot, quality: NonNullable<GateNode["quality"]>): void {
  const { at, node } = spot;
  const found = qualityOf(turn, quality);
  const verdict = found.verdict === "passed" ? "approved" : "rejected";
  note(turn, { type: "gate.resolved", address: at, name: node.name, verdict, by: "threshold" });
  const forgiven = found.verdict === "below" && quality.onFail === "continue";
  if (verdict === "approved" || forgiven) pass(turn, spot, found.text);
  else fail(turn, spot, { code: "gate_rejected", message: `gate '${node.name}': ${found.text}` });
}

function pass(turn: Turn, spot: GateSpot, resultText: string): void {
  note(turn, { type: "step.completed", markers: [], ...named(spot) });
  close(turn, spot, { status: "completed", resultText });
  settle(turn, spot.at, completed);
}

function fail(turn: Turn, spot: GateSpot, failure: Failure, resultText?: string): void {
  const error = boundedFailure(failure);
  note(turn, { type: "step.failed", error, ...named(spot) });
  close(turn, spot, { status: "failed", error, ...defined({ resultText }) });
  settle(turn, spot.at, { type: "failed", error, fatal: true, trail: { [spot.at]: spot.frame } });
}

/** The words of the answer count as if they had been given to this run. */
function keep(turn: Turn, { at, node, kept, ordinal }: KeptSpot<GateNode>): void {
  const { attempt, status, from, context, resultText, error } = kept;
  const spot = { at, node, frame: newFrame(turn, node, { attempt, ordinal }) };
  note(turn, { type: "step.kept", status, from, ...named(spot) });
  if (status === "completed" && context !== undefined) hear(turn, context);
  close(turn, spot, { status, context, resultText, error, keptFrom: from });
  settle(turn, at, keptSettlement(kept, { fatal: true, trail: { [at]: spot.frame } }));
}

type Closing = Pick<StepEntry, "context" | "resultText" | "error" | "keptFrom"> & {
  status: Exclude<StepStatus, "pending" | "running" | "waiting">;
};

function close(turn: Turn, spot: GateSpot, closing: Closing): void {
  record(turn, entry(spot, closing));
  endStep(turn, { name: spot.node.name, status: closing.status, ordinal: spot.frame.ordinal });
  if (Object.hasOwn(turn.state.frames, spot.at)) turn.gatesClosed.push(spot.at);
}

function openGateOf(turn: Turn, spot: GateSpot): OpenGate {
  const { id, workflow, label } = turn.env.run;
  return { runId: id, workflow, ...defined({ label }), ...listed(spot) };
}

function listed({ at, node, frame }: GateSpot) {
  const { name, gateType, as } = node;
  const { startedAt: since, deadline, options, prompt = node.prompt } = frame;
  return { address: at, name, gateType, since, deadline, ...defined({ prompt, options, as }) };
}

function named({ at, node, frame }: GateSpot) {
  return { address: at, name: node.name, attempt: frame.attempt };
}

function entry(
  { at, node, frame }: GateSpot,
  rest: Omit<Closing, "status"> & { status: StepStatus },
): StepEntry {
  const { kind, attempt, ordinal, startedAt } = frame;
  return { address: at, name: node.name, kind, attempt, ordinal, startedAt, ...rest };
}

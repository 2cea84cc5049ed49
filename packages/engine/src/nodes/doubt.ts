/**
 * A call in doubt: an action that takes effect at most once was begun, and nobody knows whether it had its effect. The run
 * asks a person, at a gate that has the call's own address and name and no deadline:
 *
 *   retry             the attempt is asked for again, and told that it may run
 *   done              the attempt is asked for again with the result given; one that does not fit brings the gate back
 *   fail, or rejected the attempt has failed; whoever begins the next one must ask again
 *
 * That an attempt may have run is known here; whether that matters is the action's affair, so a worker decides.
 */
import type {
  Address,
  AttemptFrame,
  BlockedOn,
  Failure,
  GivenResult,
  OpenGate,
  Outcome,
  Usage,
} from "@runfleet/model";
import { addUsage, doubtGateType, limits, noDeadlineAt, zeroTotals } from "@runfleet/model";
import { defined } from "../record.js";
import { truncateText } from "../text-size.js";
import { note, record, setFrame, type Turn } from "../turn.js";
import { labelOf, nameOf } from "../variables.js";
import { type AttemptSpot, entry, named, type RetriedNode } from "./attempt-end.js";
import type { FrameEvent } from "./behaviour.js";

type Spot = AttemptSpot<RetriedNode>;
type Answered = Extract<FrameEvent, { type: "gateAnswered" }>;

type Verdict =
  | { readonly type: "retry" }
  | { readonly type: "done"; readonly result: GivenResult }
  | { readonly type: "fail"; readonly error: Failure };

const verdicts: Readonly<Record<string, (answer: Answered) => Verdict>> = {
  retry: () => ({ type: "retry" }),
  done: ({ result = {} }) => ({ type: "done", result }),
  fail: givenUp,
};

const options = {
  retry: "it had no effect: run it",
  done: "it had its effect: go on with the result given",
  fail: "give the step up",
} as const satisfies Record<keyof typeof verdicts, string>;

/** From now on an attempt may have had its effect without anybody knowing. A dry run has no effects. */
export function suspectEffect(turn: Turn, frame: AttemptFrame): void {
  if (frame.kind === "call" && !turn.env.run.dryRun) frame.mayHaveRun = true;
}

export function openDoubt(
  turn: Turn,
  spot: Spot,
  { reason, usage }: Extract<Outcome, { type: "in_doubt" }>,
): void {
  const { at, node, frame } = spot;
  const asked = `Did step '${labelOf(node)}' have its effect? Attempt ${frame.attempt} is in doubt: ${reason}`;
  const prompt = truncateText(asked, limits.errorTextBytesMax);
  frame.phase = "doubt";
  frame.doubt = { prompt, since: turn.env.now };
  suspectEffect(turn, frame);
  delete frame.deadline;
  if (usage !== undefined) frame.used = usage;
  setFrame(turn, at, frame);
  note(turn, { type: "step.in_doubt", reason, ...named(spot) });
  note(turn, { type: "gate.waiting", address: at, name: nameOf(node), deadline: noDeadlineAt });
  record(turn, entry(spot, { status: "waiting", resultText: prompt, usage }));
  announce(turn, spot);
}

/** What a person's answer means; one that is none is ignored, and the gate announced again, so it can be answered. */
export function answerOfDoubt(
  turn: Turn,
  spot: Spot,
  event: Answered,
): Verdict | { readonly ignored: string } {
  const { verdict, selections = [] } = event;
  if (verdict === "rejected") return givenUp(event);
  const [chosen = "", ...more] = selections;
  if (more.length === 0 && Object.hasOwn(verdicts, chosen))
    return verdicts[chosen]?.(event) ?? givenUp(event);
  announce(turn, spot);
  return { ignored: `an in-doubt gate takes one of ${Object.keys(verdicts).join(", ")}` };
}

/** The gate has its answer, `by` somebody, or is not needed any more. */
export function closeDoubt(turn: Turn, { at, node, frame }: Spot, answer?: Answered): void {
  delete frame.doubt;
  turn.gatesClosed.push(at);
  if (answer === undefined) return;
  const { verdict, by, feedback, selections } = answer;
  note(turn, {
    type: "gate.resolved",
    ...{ address: at, name: nameOf(node), verdict, by },
    ...defined({ feedback, selections }),
  });
}

export function doubtWait(spot: Spot): BlockedOn {
  return { type: "gate", ...listed(spot) };
}

/** What all tries of this attempt used: those that ended in doubt count too. */
export function usedInAll({ used }: AttemptFrame, usage: Usage | undefined): Usage | undefined {
  if (used === undefined || usage === undefined) return usage ?? used;
  const { hasLlmMetrics: _flag, ...sum } = addUsage(addUsage(zeroTotals(), used), usage);
  return sum;
}

function givenUp({ by, feedback }: Answered): Verdict {
  const message = feedback ?? `${by} gave it up; nobody knew whether it had its effect`;
  return { type: "fail", error: { code: "in_doubt", message } };
}

function announce(turn: Turn, spot: Spot): void {
  const { id: runId, workflow, label } = turn.env.run;
  const gate: OpenGate = { runId, workflow, ...defined({ label }), ...listed(spot) };
  turn.gatesOpened.push(gate);
}

function listed({ at, node, frame }: Spot) {
  const { prompt = "", since = frame.startedAt } = frame.doubt ?? {};
  const address: Address = at;
  const name = nameOf(node);
  return { address, name, gateType: doubtGateType, since, deadline: noDeadlineAt, prompt, options };
}

/** `sleep`: a wait that holds nothing. Its length may come from a variable; a dry run does not wait. */
import type { Address, Failure, SleepFrame, SleepNode, StepEnd } from "@runfleet/model";
import { parseDuration } from "@runfleet/model";
import { defined } from "../record.js";
import { endStep } from "../results.js";
import { completed, keptSettlement } from "../settlement.js";
import { substitute } from "../template.js";
import { note, record, type StepEntry, setFrame, settle, type Turn, takeOrdinal } from "../turn.js";
import { variablesFor } from "../variables.js";
import type { NodeBehaviour, Spot } from "./behaviour.js";

type SleepSpot = Spot<SleepNode, SleepFrame>;

export const sleep: NodeBehaviour<SleepNode, SleepFrame> = {
  open: (turn, at, node) => begin(turn, { at, node }, { attempt: 1, ordinal: takeOrdinal(turn) }),
  reopen: (turn, { at, node, frame: { attempt, ordinal } }) =>
    begin(turn, { at, node }, { attempt: attempt + 1, ordinal }),
  keep(turn, { at, node, kept, ordinal }) {
    const { attempt, status, from, error } = kept;
    const { now } = turn.env;
    const step = { attempt, ordinal, startedAt: now, deadline: now };
    const spot: SleepSpot = { at, node, frame: { kind: "sleep", ...step } };
    note(turn, { type: "step.kept", status, from, ...named(spot) });
    record(turn, entry(spot, { status, keptFrom: from, ...defined({ error }) }));
    endStep(turn, ended(spot, status));
    settle(turn, at, keptSettlement(kept, { fatal: false, trail: { [at]: spot.frame } }));
  },
  due: finish,
  stop(turn, spot, reason) {
    note(turn, { type: "step.cancelled", reason, ...named(spot) });
    record(turn, entry(spot, { status: "cancelled" }));
    endStep(turn, ended(spot, "cancelled"));
    settle(turn, spot.at, { type: "cancelled", trail: { [spot.at]: spot.frame } });
  },
  waitsFor: ({ at, node, frame }) => ({
    blockedOn: { type: "sleep", address: at, name: node.name, until: frame.deadline },
  }),
};

function begin(
  turn: Turn,
  { at, node }: { at: Address; node: SleepNode },
  step: { attempt: number; ordinal: number },
): void {
  const { now, run } = turn.env;
  const text = substitute(node.for, variablesFor(turn, at), "strip").trim();
  const lengthMs = parseDuration(text);
  const deadline = now + (run.dryRun ? 0 : (lengthMs ?? 0));
  const spot: SleepSpot = { at, node, frame: { kind: "sleep", ...step, startedAt: now, deadline } };
  note(turn, { type: "step.started", kind: "sleep", ...named(spot) });
  if (lengthMs === undefined) {
    fail(turn, spot, {
      code: "invalid_input",
      message: `sleep '${node.name}': '${text}' is not a duration`,
    });
  } else if (deadline <= now) {
    finish(turn, spot);
  } else {
    setFrame(turn, at, spot.frame);
    record(turn, entry(spot, { status: "waiting" }));
  }
}

function finish(turn: Turn, spot: SleepSpot): void {
  note(turn, { type: "step.completed", markers: [], ...named(spot) });
  record(turn, entry(spot, { status: "completed" }));
  endStep(turn, ended(spot, "completed"));
  settle(turn, spot.at, completed);
}

function fail(turn: Turn, spot: SleepSpot, error: Failure): void {
  note(turn, { type: "step.failed", error, ...named(spot) });
  record(turn, entry(spot, { status: "failed", error }));
  endStep(turn, ended(spot, "failed"));
  settle(turn, spot.at, { type: "failed", error, fatal: false, trail: { [spot.at]: spot.frame } });
}

function ended({ node, frame }: SleepSpot, status: StepEnd["status"]) {
  return { name: node.name, status, ordinal: frame.ordinal };
}

function named({ at, node, frame }: SleepSpot) {
  return { address: at, name: node.name, attempt: frame.attempt };
}

function entry(
  { at, node, frame }: SleepSpot,
  rest: Pick<StepEntry, "status" | "error" | "keptFrom">,
): StepEntry {
  const { kind, attempt, ordinal, startedAt } = frame;
  return { address: at, name: node.name, kind, attempt, ordinal, startedAt, ...rest };
}

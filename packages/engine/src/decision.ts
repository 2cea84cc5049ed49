/** What goes into one decision and what comes out of it. Data only. */
import type {
  Address,
  BlockedOn,
  ChildResult,
  Command,
  Fact,
  Failure,
  OpenGate,
  PartChanges,
  RunInfo,
  RunState,
  RunStatus,
  StepRecord,
  Totals,
  Usage,
} from "@runfleet/model";

export interface DecideEnv {
  /** Epoch ms. */
  readonly now: number;
  readonly run: RunInfo;
  /** Variables of the run's context on this worker; they win over inputs, and what steps export never hides them. */
  readonly injected?: Readonly<Record<string, string>>;
  /**
   * Values of the run's secret inputs. They go into commands that the worker performs itself and nowhere else: the state,
   * its records and what leaves through the outbox have the mask.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Id of the child run for one attempt of a step or one item of a foreach; equal keys must give equal ids. */
  readonly childId: (key: { address: Address; attempt: number; itemId?: string }) => string;
}

export interface Ending {
  readonly status: "completed" | "failed" | "cancelled";
  readonly error?: Failure;
  readonly summary: string;
  /** For the parent run, whether there is one or not. */
  readonly result: ChildResult;
}

export interface Decision {
  readonly state: RunState;
  readonly commands: Command[];
  readonly facts: Fact[];
  /** At most one record per address and attempt. */
  readonly steps: StepRecord[];
  /** What changed in the state's parts; applied to the parts before, they give the parts after. */
  readonly parts: PartChanges;
  readonly gatesOpened: OpenGate[];
  readonly gatesClosed: Address[];
  readonly status: RunStatus;
  readonly totals: Totals;
  /** What the run's own attempts used since this was said last, to be counted once for its workflow; its children count theirs. */
  readonly usage?: Usage;
  readonly blockedOn: BlockedOn[];
  /** When something happens without any event, epoch ms; it may lie in the past. */
  readonly nextDeadlineAt?: number;
  /** True while an attempt, a list of items or a poll of this worker is unanswered. */
  readonly localWork: boolean;
  /** Set by the decision that ends the run, and by every later one. */
  readonly ended?: Ending;
}

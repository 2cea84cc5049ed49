/**
 * Commands: what the engine asks of the world, in the imperative. Local ones are performed by the worker that
 * holds the lease and answered with an event; they are not stored, since the frames say what is in flight.
 * The others leave through the outbox, written in the same script as the state.
 */
import type { Address } from "./address.js";
import type { CallNode, ForeachNode, GateNode, ScriptNode } from "./definition.js";
import type { GivenResult } from "./outcome.js";
import type { InputPiece } from "./secrets.js";

/** Facts every attempt gets, whatever kind of step it is. */
export interface AttemptContext {
  readonly address: Address;
  /** From 1; the attempt after a crash keeps its number. */
  readonly attempt: number;
  /** Attempts left after this one. */
  readonly retriesRemaining: number;
  /** Error text of the attempt before; absent on the first. */
  readonly retryError?: string;
  /** Values for `{{name}}`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly dryRun: boolean;
  /** The node's `as`, else the run's default identity. */
  readonly identity?: string;
}

export interface RunAction extends AttemptContext {
  readonly type: "runAction";
  readonly node: CallNode;
  /** Registered name: the agent's name, or its path as written. */
  readonly action: string;
  readonly model?: string;
  /** Own or inherited schema name. */
  readonly output?: string;
  /** Snippet names, inherited ones first. */
  readonly with: readonly string[];
  readonly pluginDirs: readonly string[];
  readonly gateFeedback?: string;
  /** This attempt or one before it was begun, and nobody knows whether it had its effect. */
  readonly mayHaveRun?: true;
  /** What a person says the step had as its result: to be checked instead of run. */
  readonly given?: GivenResult;
}

export interface RunScript extends AttemptContext {
  readonly type: "runScript";
  readonly node: ScriptNode;
  /** Shell text, values substituted and quoted. */
  readonly command: string;
  /** The node's `env`, values substituted. */
  readonly env: Readonly<Record<string, string>>;
  /** The run's inputs (they become `RUNFLEET_INPUT_<NAME>`). */
  readonly inputs: Readonly<Record<string, string>>;
}

export interface CollectItems {
  readonly type: "collectItems";
  readonly address: Address;
  /** From 1; larger after an operator's retry. */
  readonly attempt: number;
  readonly node: ForeachNode;
  readonly scope?: Readonly<Record<string, string>>;
  readonly filter: Readonly<Record<string, string>>;
  /** Array text for `filter = { from = … }`: the input or step field it names, already looked up. */
  readonly source?: string;
}

export interface PollGate {
  readonly type: "pollGate";
  readonly address: Address;
  readonly node: GateNode;
  readonly variables: Readonly<Record<string, string>>;
}

/** Abort an attempt of this worker. Its end is waited for, but only for a while; what it achieved does not count. */
export interface AbortAttempt {
  readonly type: "abortAttempt";
  readonly address: Address;
  readonly attempt: number;
  readonly reason: "cancelled" | "fail_fast" | "timeout";
}

export type LocalCommand = RunAction | RunScript | CollectItems | PollGate | AbortAttempt;

export interface StartChild {
  readonly type: "startChild";
  readonly childId: string;
  /** Address of the waiting step; comes back in `childFinished`. */
  readonly address: Address;
  readonly workflow: string;
  /** Masked where secrets of the parent go into one. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The inputs that secrets go into, in pieces: the value is put together where the child is made. */
  readonly secretInputs?: Readonly<Record<string, readonly InputPiece[]>>;
  readonly identity?: string;
  readonly timeoutMs?: number;
}

export interface CancelChild {
  readonly type: "cancelChild";
  readonly childId: string;
  readonly reason: string;
}

export type OutboxCommand = StartChild | CancelChild;

export type Command = LocalCommand | OutboxCommand;

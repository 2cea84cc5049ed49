/**
 * Actions: the code of a worker's owner that steps call. Describes what an action gets and gives back, and the errors
 * it may throw to steer retries. Does not run anything.
 */
import type { OutputSchema } from "@runfleet/engine";
import type { Usage } from "@runfleet/model";
import type { LineSink } from "./perform/printed-lines.js";
import type { Redactor } from "./redactor.js";

/** Anything with zod's `safeParse`; zod schemas of any version fit. */
export interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

export interface ActionLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface ActionContext<Input> {
  /** The step's variables after the action's input schema; without a schema, all variables as strings. */
  readonly input: Input;
  /** Values for `{{name}}`, as strings. */
  readonly variables: Readonly<Record<string, string>>;
  /** Aborted on cancel, timeout, fail-fast, shutdown and when the lease is lost. */
  readonly signal: AbortSignal;
  /** The same for every attempt of this step, also after a crash. Hand it to services that deduplicate. */
  readonly idempotencyKey: string;
  /** Grows with every takeover of the run. Hand it to resources that can refuse older owners. */
  readonly fencingToken: string;
  /**
   * Headers by which a service joins the trace of this attempt: `traceparent`, and what the process' propagators add. Empty
   * for a run that was started in no trace, by a worker that records none. Inside the action its span is the active one.
   */
  readonly traceHeaders: Readonly<Record<string, string>>;
  /** Goes to the worker's log and to the run's. Values of the run's secret inputs are masked. */
  readonly log: ActionLog;
  /**
   * For what a program of the action prints: what is pushed is masked and kept in the run's log, line by line. Every call
   * makes a stream of its own; `end` it.
   */
  printed(kind: "stdout" | "stderr"): LineSink;
  /** The same for what the action writes elsewhere. What it returns or throws is masked by the worker. */
  readonly redactor: Pick<Redactor, "text" | "stream">;
  /** From 1. */
  readonly attempt: number;
  readonly retriesRemaining: number;
  /** Error text of the attempt before. */
  readonly retryError?: string;
  /** When the attempt is aborted, counted from its start. */
  readonly timeoutMs: number;
  readonly dryRun: boolean;
  readonly runId: string;
  readonly workflow: string;
  /** What people recognise the run by: its target, a pull request, a customer. */
  readonly label?: string;
  readonly parentRunId?: string;
  /** Runs above this one; 0 for a run that somebody started. */
  readonly depth: number;
  /** True in a run that a hook started: what this action does should not start hooks again. */
  readonly triggeredByHook: boolean;
  /** Step address, unique within the run. */
  readonly address: string;
  /** Registered name, or the agent path as written. */
  readonly action: string;
  readonly model?: string;
  readonly identity?: string;
  /** Name of the output schema, own or inherited. */
  readonly output?: string;
  /** The schema of that name; what the action returns is held to it. Absent when the worker has no `schemas`. */
  readonly schema?: OutputSchema;
  /** Snippet names, inherited ones first. */
  readonly with: readonly string[];
  readonly pluginDirs: readonly string[];
  readonly maxTurns?: number;
  readonly gateFeedback?: string;
  /** The run's working directory; its own one is made when this is first read. */
  readonly workingDir: string;
  /** Beginning of the names of files for what is too long for the result; their folder may have to be made. */
  readonly logBase: string;
  /** Throws when the attempt was told to stop: for work in steps that cannot listen to `signal`. */
  heartbeat(): void;
  /**
   * The prompt for an agent: its agent file, variables, snippets, and how its answer must end. Reads the files when it
   * is called; rejects with `invalid_config` when one is missing. With `body` no agent file is looked for.
   */
  prompt(options?: { readonly body?: string }): Promise<AgentPrompt>;
}

export interface AgentPrompt {
  readonly text: string;
  readonly role: "actor" | "reviewer";
  readonly canCommit: boolean;
  /** The run's model, else the agent file's. */
  readonly model?: string;
  /** From the agent file: by which program the agent wants to be run. */
  readonly runtime?: string;
}

export interface ActionResult<Output> {
  readonly markers?: readonly string[];
  readonly context?: string;
  readonly output?: Output;
  readonly resultText?: string;
  readonly usage?: Usage;
}

/** Says what an action asks `prompt()` for, so that `validate` can look for the files before a run needs them. */
interface PromptingAction {
  /** `agent_file`: with an agent file and snippets; `own`: with snippets and a text of its own. Absent: not at all. */
  readonly promptFrom?: "agent_file" | "own";
}

/**
 * What may happen to an attempt whose worker died before its result was recorded.
 *
 * `idempotent`: it is run again, with the same idempotency key.
 * `at-most-once`: it is not run again by itself. The action's probe is asked; without one, or when it cannot tell, the
 * run waits for a person. The same holds for the attempt after one that timed out, was aborted or threw; only
 * `RetryableError`, and other errors with `noEffect`, say that nothing has happened.
 */
export type ActionEffect = "idempotent" | "at-most-once";

/** What a probe found out about the attempts of this step so far. */
export type ProbeAnswer<Output> =
  /** The effect has happened, and this is the result. */
  | { readonly done: ActionResult<Output> }
  /** The effect has not happened and will not: the attempt is run. */
  | { readonly notDone: true }
  /** A person is asked; `reason` is told to that person. */
  | { readonly unknown: true; readonly reason?: string };

interface EffectOf<Input, Output> {
  /** Default `idempotent`. */
  readonly effect?: ActionEffect;
  /**
   * Finds out whether an earlier attempt had its effect, for example by asking the other side for the idempotency key.
   * Must have no effect itself. Has half of the attempt's time, at most 30 s; one that throws or takes longer is `unknown`.
   */
  probe?(context: ActionContext<Input>): Promise<ProbeAnswer<Output>>;
}

/** What a workflow calls an action. */
interface NamedAction {
  readonly name: string;
  /** Names it had before: runs that were started then still call it so. `runfleet check` says when none is left. */
  readonly aliases?: readonly string[];
}

export interface Action<Input = unknown, Output = unknown>
  extends NamedAction,
    PromptingAction,
    EffectOf<Input, Output> {
  readonly input?: Schema<Input>;
  readonly output?: Schema<Output>;
  run(context: ActionContext<Input>): Promise<ActionResult<Output> | undefined>;
}

/** An action of any input and output, as registries hold them. */
export interface AnyAction extends NamedAction, PromptingAction, EffectOf<never, unknown> {
  readonly input?: Schema<unknown>;
  readonly output?: Schema<unknown>;
  run(context: ActionContext<never>): Promise<ActionResult<unknown> | undefined>;
}

/** An action whose input and output types follow from its schemas. */
export function defineAction<Input = Readonly<Record<string, string>>, Output = unknown>(
  action: Action<Input, Output>,
): Action<Input, Output> {
  return action;
}

const nonRetryable = Symbol.for("runfleet.nonRetryable");
const retryAfter = Symbol.for("runfleet.retryAfterMs");
const spent = Symbol.for("runfleet.usage");
const effectless = Symbol.for("runfleet.noEffect");

export interface AttemptErrorOptions {
  readonly cause?: unknown;
  /** What the failed attempt used all the same; it counts. */
  readonly usage?: Usage;
}

/** Thrown by an action: trying again cannot help. Retries are skipped, `on_fail` applies. */
export class NonRetryableError extends Error {
  readonly [nonRetryable] = true;
  readonly [spent]: Usage | undefined;
  readonly [effectless]: boolean;
  override name = "NonRetryableError";

  /** `noEffect`: nothing has happened outside, so that a person who retries the run later is not asked. */
  constructor(
    message: string,
    { cause, usage, noEffect = false }: AttemptErrorOptions & { readonly noEffect?: boolean } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this[spent] = usage;
    this[effectless] = noEffect;
  }
}

/** Thrown by an action: nothing has happened outside; try again, not before `retryAfterMs`. */
export class RetryableError extends Error {
  readonly [retryAfter]: number | undefined;
  readonly [spent]: Usage | undefined;
  readonly [effectless] = true;
  override name = "RetryableError";

  constructor(
    message: string,
    { retryAfterMs, cause, usage }: AttemptErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this[retryAfter] = retryAfterMs;
    this[spent] = usage;
  }
}

/** What a thrown value says was used; works across package copies. */
export function usageOf(error: unknown): unknown {
  return typeof error === "object" && error !== null ? (error as Record<symbol, unknown>)[spent] : undefined;
}

/** True when a thrown value says that nothing has happened outside; works across package copies. */
export function saysNoEffect(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[effectless] === true
  );
}

/** A longer wait asked for by an action is a mistake in it; a run that shall wait for days has `sleep`. */
const retryAfterMsMax = 86_400_000;

/** What a thrown value says about retries; works across package copies. */
export function retryHint(error: unknown): { retryable: boolean; retryAfterMs?: number } {
  if (typeof error !== "object" || error === null) return { retryable: true };
  const hints = error as Record<symbol, unknown>;
  if (hints[nonRetryable] === true) return { retryable: false };
  const waitMs = hints[retryAfter];
  if (typeof waitMs !== "number" || !(waitMs >= 0)) return { retryable: true };
  return { retryable: true, retryAfterMs: Math.min(waitMs, retryAfterMsMax) };
}

/**
 * What a worker's owner configures: actions, gate resolvers, item providers, the environment of scripts, and where
 * agent files, prompt snippets and output schemas lie.
 * `runfleet.config.ts` exports one of these as its default. Does not read files or the environment.
 */
import type { FleetEvent, GateNode, Item } from "@runfleet/model";
import type { AnyAction } from "./action.js";

/** Facts about the run that providers and resolvers get. */
export interface RunFacts {
  readonly id: string;
  readonly workflow: string;
  readonly label?: string;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface PollAnswer {
  readonly verdict: "approved" | "rejected" | "pending";
  /** What was found: feedback of an approved gate, the reason of a rejected one. */
  readonly text?: string;
  /** When pending: time until the next poll, instead of the resolver's interval. */
  readonly pollAfterMs?: number;
}

/**
 * Asked at its interval whether a gate may pass; holds no worker slot in between. While it fails it is asked ever more
 * seldom, at last every five minutes, and the run says why.
 */
export interface GateResolver {
  /** Time between two polls; default 5 s. */
  readonly intervalMs?: number;
  /** A poll that takes longer has failed, and its signal is aborted; default 30 s. */
  readonly timeoutMs?: number;
  poll(request: {
    readonly run: RunFacts;
    readonly gate: GateNode;
    readonly variables: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  }): Promise<PollAnswer>;
}

export interface ItemsRequest {
  readonly run: RunFacts;
  readonly scope?: Readonly<Record<string, string>>;
  readonly filter: Readonly<Record<string, string>>;
  /** Text of the input or step field that `filter.from` names, when there is one. */
  readonly source?: string;
  readonly signal: AbortSignal;
  /** The foreach that asks. After an operator's retry it asks again, as another attempt. */
  readonly step: { readonly name: string; readonly address: string; readonly attempt: number };
  /** What the page before had as `next`; absent for the first page. */
  readonly cursor?: string;
}

export interface ItemsPage {
  /** An id that came before is left out. */
  readonly items: readonly Item[];
  /** Pairs [blocker, dependent] of item ids, for ordered foreach; they may name items of any page. */
  readonly dependencies?: readonly (readonly [string, string])[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: string;
}

/**
 * Lists the items of a `foreach`, all at once or page by page, 10,000 at most and 4 MiB as JSON. Throws with a clear
 * message when scope or filter cannot be used. After a takeover it is asked again from the first page.
 */
export interface ItemProvider {
  items(request: ItemsRequest): Promise<ItemsPage>;
}

/** Where a run works: its directory and variables that every step sees. */
export interface RunContext {
  /** Absolute path. Without one the run gets a directory of its own, deleted at its end. */
  readonly workingDir?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * Gets every event of every run, those of one run in their order. At least once: what a worker was delivering when it
 * died, or a sink did not take, comes again, so a sink that must not count twice goes by `runId` and `id`.
 */
export interface EventSink {
  /** Names the sink's place in the feed, for all workers together: renamed, it gets again what is kept. */
  readonly name: string;
  /**
   * Takes a page of events, oldest first. When it rejects, or takes longer than 20 s (then `signal` is aborted), the
   * page comes again later; runs never wait for it.
   */
  deliver(events: readonly FleetEvent[], context: { readonly signal: AbortSignal }): Promise<void> | void;
}

/** How much is kept of the ended runs of one workflow. What is left out has the value of `default`, then ours. */
export interface RetentionRule {
  /**
   * How long a run is kept after its end, ms; one number for all, or by how it ended. Default 7 days, of failed runs 30.
   * A child is kept for as long as its root, whatever is said here of its workflow.
   */
  readonly ageMs?:
    | number
    | { readonly completed?: number; readonly failed?: number; readonly cancelled?: number };
  /** Ended runs that are kept, children not counted; default 10,000. Beyond it the oldest leave. */
  readonly count?: number;
  /** Bytes they may hold in Redis, their children's included; default 256 MiB. Beyond it the oldest leave. */
  readonly bytes?: number;
}

/** All workers of a fleet should have the same. */
export interface Retention {
  readonly default?: RetentionRule;
  /** Workflow → rule. */
  readonly workflows?: Readonly<Record<string, RetentionRule>>;
  /**
   * How long a run that should leave by count or bytes waits for a sink that does not take its events, ms; default a
   * day. Then it is removed, and the log says so. Age waits for nobody.
   */
  readonly sinkWaitMs?: number;
}

export interface WorkerConfig {
  /** What `call` performs, each under its name. */
  readonly actions?: readonly AnyAction[];
  /** Takes every call no action is registered for. */
  readonly fallback?: AnyAction;
  /** Directory of `.wf` files that `dev` publishes. */
  readonly workflows?: string;
  /**
   * The project: what the folders below and the paths of agents, snippets and schemas are relative to.
   * Default: the folder of the configuration file, without one the current directory.
   */
  readonly root?: string;
  /** Folders of agent files, best first; default `agents` and `.claude/agents`. */
  readonly agents?: string | readonly string[];
  /** Folders of prompt snippets, best first; default `prompts`. */
  readonly prompts?: string | readonly string[];
  /**
   * Folder of output schemas, or a function from a schema's name to its plain data (`undefined`: there is none).
   * Without it, outputs are held to no schema, and actions get only its name.
   */
  readonly schemas?: string | ((name: string, run: RunFacts) => unknown);
  /** Gate type → resolver; `http` is built in. */
  readonly gates?: Readonly<Record<string, GateResolver>>;
  /** Provider name → provider; `json`, `range` and `workflow_runs` are built in. */
  readonly items?: Readonly<Record<string, ItemProvider>>;
  /** Where the history of all runs goes besides Redis. One worker at a time feeds each. */
  readonly sinks?: readonly EventSink[];
  /** How long, how many and how large: when ended runs leave Redis. */
  readonly retention?: Retention;
  /** How much which component of a worker logs, such as `info,lease=debug`; `RUNFLEET_LOG` goes before it. */
  readonly log?: string;
  /** Extra environment of scripts. */
  readonly scriptEnv?: (request: {
    readonly run: RunFacts;
    readonly identity?: string;
  }) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** Asked when a worker takes a run in hand. */
  readonly runContext?: (run: RunFacts) => RunContext | Promise<RunContext>;
}

/** The configuration as it is; gives editors its type. */
export function defineConfig(config: WorkerConfig): WorkerConfig {
  return config;
}

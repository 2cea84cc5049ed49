/**
 * Every name in Redis that belongs to Runfleet, for one partition. All lie under the partition's hash tag, so a script
 * may touch any of them in one slot. The queue's own keys share the tag: a pool must not be called like one of our
 * families (`reservedPoolNames` of the model). No reads or writes here.
 */
import type { RunStatus } from "@runfleet/model";

/** The prefix of all keys of one partition, the queue's too: `{rf:0}`. */
export function partitionTag(namespace: string, partition: number): string {
  return `{${namespace}:${partition}}`;
}

const statusKeyNames = {
  pending: "statusPending",
  running: "statusRunning",
  waiting: "statusWaiting",
  cancelling: "statusCancelling",
  completed: "statusCompleted",
  failed: "statusFailed",
  cancelled: "statusCancelled",
} as const satisfies Record<RunStatus, string>;

export type PartitionKeys = ReturnType<typeof partitionKeys>;
export type RunKeys = ReturnType<typeof runKeys>;

/** Names of everything that is not one run's. */
export function partitionKeys(tag: string) {
  return {
    /** zset: `<row> <workflow>` of ended runs by the time they are forgotten. */
    runsEnded: `${tag}:runs:ended`,
    /** zset: `<row> <workflow>` of ended runs that are not counted yet among what is kept, by when they ended. */
    runsUnfiled: `${tag}:runs:unfiled`,
    /** zset: rows of removed runs whose children are still to be removed, by when to look. */
    runsOrphaning: `${tag}:runs:orphaning`,
    /** hash: root → `<bytes of its ended family> <place in the feed when they were counted>`. */
    keptFamilies: `${tag}:runs:kept:families`,
    /** hash: workflow → bytes of the families of its ended roots. */
    keptBytes: `${tag}:runs:kept:bytes`,
    /** zsets, score 0: rows of runs. A row is `<createdAt, 15 digits>:<id>`, so its order is its text's. */
    [statusKeyNames.pending]: `${tag}:runs:pending`,
    [statusKeyNames.running]: `${tag}:runs:running`,
    [statusKeyNames.waiting]: `${tag}:runs:waiting`,
    [statusKeyNames.cancelling]: `${tag}:runs:cancelling`,
    [statusKeyNames.completed]: `${tag}:runs:completed`,
    [statusKeyNames.failed]: `${tag}:runs:failed`,
    [statusKeyNames.cancelled]: `${tag}:runs:cancelled`,
    /** zset, score 0: `<label>\\0<row>` of root runs that have a label, and hash row → label. */
    runsLabels: `${tag}:runs:labels`,
    runsLabelled: `${tag}:runs:labelled`,
    /** zset: runs that somebody owns by the owner's last sign of life. */
    leases: `${tag}:leases`,
    /** zset: runs that nobody owns by the time they want to be looked at. Those that are parked say it themselves (`wakeAt`). */
    timers: `${tag}:timers`,
    /** zset of ids by the time they were written, and hash id → entry. */
    outbox: `${tag}:outbox`,
    outboxEntries: `${tag}:outbox:entries`,
    /** zset, score 0: `<since, 15 digits>:<run>:<address>`, a space, and what the gate asks, see `gate-text.ts`. */
    gatesOpen: `${tag}:gates:open`,
    /** stream: what happens in the fleet, capped. */
    fleetEvents: `${tag}:events`,
    /** hash: sink → `<claimed until> <place in the feed> <worker>`. */
    sinks: `${tag}:sinks`,
    /** zset, score 0: names of schedules. */
    schedules: `${tag}:schedules`,
    /** zset: names of schedules by the time somebody has to look at them: the due time, later while a worker has it. */
    schedulesDue: `${tag}:schedules:due`,
    /** zset of worker ids by last sign of life, and hash id → presence. */
    workers: `${tag}:workers`,
    workersInfo: `${tag}:workers:info`,
    /** hashes: pool → JSON of its policy, and of the last turn; zset: pools by the time of that. */
    scalingPolicies: `${tag}:scaling:policies`,
    scalingTurns: `${tag}:scaling:turns`,
    scalingPools: `${tag}:scaling:pools`,
    /** zset: pools that runs were created for, but `default`, by the time of the newest. */
    poolsUsed: `${tag}:scaling:used`,
    /** zset, score 0: `<scope> <run>` of the permits that runs hold. */
    permitsHeld: `${tag}:permits:held`,
    /** zset, score 0: `<scope> <order> <run>` of runs in line, and hash run → `<scope> <order> <total> <pool>`. */
    permitsWaiting: `${tag}:permits:waiting`,
    permitsWaiters: `${tag}:permits:waiters`,
    /** hash: scope in use → permits as the newest start declared them. */
    limitsDeclared: `${tag}:limits:declared`,
    /** hash: workflow → what operators set, see `limitSetText`. */
    limitsSet: `${tag}:limits:set`,
    /** zset: scope of a rate by the time before which a further start comes too soon. */
    limitsRates: `${tag}:limits:rates`,
    /** zset, score 0: `<day since 1970> <workflow>`, and hash row → what was used and how many runs ended, see `usage-row.ts`. */
    usageRows: `${tag}:usage`,
    usageSums: `${tag}:usage:sums`,
    /** hash: `version`, `oldestWriter`, `writtenBy`; see `layout.ts`. */
    layout: `${tag}:layout`,
    /** zset, score 0: names of published workflows. */
    workflowNames: `${tag}:defs`,
  };
}

/** Names of everything that is one run's. All but the lease live as long as the run is kept. */
export function runKeys(tag: string, runId: string) {
  const run = `${tag}:run:${runId}`;
  return {
    /** hash: see `run-record.ts`. */
    run,
    /** hash: state by part name, texts of the record, and `s:<ordinal>#<attempt>` → open step. */
    parts: `${run}:state`,
    /** hash: `<ordinal>#<attempt>` → ended step, see `step-text.ts`, and `<ordinal>` → newest attempt of several. */
    steps: `${run}:steps`,
    /** list: unread events. The number of its first entry is the run's `inboxSeen` + 1. */
    inbox: `${run}:inbox`,
    /** zset: dedupe ids of events by time. */
    dedupe: `${run}:inbox:ids`,
    /** stream: the run's history, capped; see `fact-text.ts`. */
    history: `${run}:events`,
    /** The same for a moment within one script. */
    historyCopy: `${run}:events:copy`,
    /** stream: pieces of the run's log, bounded; see `log-text.ts`. */
    log: `${run}:log`,
    /** The same for a moment within one script. */
    logCopy: `${run}:log:copy`,
    /** hash: address, and `all` → `<bytes> <lines> <lines left out> <before its first piece>`. */
    logSums: `${run}:log:sums`,
    /** zset, score 0: rows of child runs. */
    children: `${run}:children`,
    /** hash: `a <address>`, `n <name>` and `last` → `<at> <verdict> <by>` of answered gates. */
    answers: `${run}:gates:answers`,
    /** string with a time to live: who holds the run. Written by redlock alone. */
    lease: `${tag}:lease:${runId}`,
  };
}

/** Names of everything that is one schedule's. */
export function scheduleKeys(tag: string, name: string) {
  return {
    /** hash: see `schedule-record.ts`. */
    schedule: `${tag}:schedule:${name}`,
    /** zset: JSON of firings by their due time, capped. */
    scheduleFirings: `${tag}:schedule:${name}:firings`,
  };
}

/** zset, score 0: the first rows of the leaves in which the rows of one workflow lie, zsets named `<this>:<first row>`. */
export function workflowRunsKey(tag: string, workflow: string): string {
  return `${tag}:runs:wf:${workflow}`;
}

/** zset: rows of the ended roots of one workflow by when they were counted. */
export function keptRootsKey(tag: string, workflow: string): string {
  return `${tag}:runs:kept:wf:${workflow}`;
}

/** string: digest and run id of an idempotency key. */
export function idempotencyKey(tag: string, key: string): string {
  return `${tag}:idem:${key}`;
}

/** string: JSON of a definition. */
export function definitionKey(tag: string, hash: string): string {
  return `${tag}:def:${hash}`;
}

/** hash: what is published under a name. */
export function publishedKey(tag: string, name: string): string {
  return `${tag}:defs:${name}`;
}

/** zset of the runs of one status. */
export function statusKey(keys: PartitionKeys, status: RunStatus): string {
  return keys[statusKeyNames[status]];
}

/** Channel on which ids of runs with a new cancel request are told. */
export function cancelChannel(tag: string): string {
  return `${tag}:cancel`;
}

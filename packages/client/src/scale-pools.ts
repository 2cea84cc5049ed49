/**
 * How many workers pools should have. The rules are the scaling policy's; here is what it is asked with, and that everybody who
 * asks gets one answer: each turn goes on from the last one in the store, and of two at once the first counts.
 */
import {
  isRunfleetError,
  limits,
  type PoolBacklog,
  poolProblem,
  RunfleetError,
  readScalingPolicy,
  type ScalingPolicy,
  type ScalingPolicyInput,
  type ScalingRecords,
  scalingPolicySchema,
  type WorkerPresence,
} from "@runfleet/model";
import {
  decideWanted,
  observePool,
  type PoolObservation,
  type ScalingDecision,
  type ScalingMemory,
} from "@runfleet/scaling";
import type { Connections } from "./connections.js";
import type { ScalingDocument } from "./fleet-documents.js";
import { isoTime } from "./run-document.js";

type Ports = Pick<Connections, "store" | "queue">;

/** A turn as it lies in the store. */
interface Turn {
  /** Another version's turn is not read: the policy goes on as if it had no memory. */
  readonly version: 1;
  /** As it was set; another one makes a new turn at once. */
  readonly policy: string;
  readonly seen: PoolObservation;
  readonly decision: ScalingDecision;
  readonly memory: ScalingMemory;
}

/** Whoever asks more often gets the last answer: the number must not depend on how many look at it. */
const turnEveryMs = 2_000;
/** A pool that nobody asked about for a day, that has no workers, no policy and no fresh run, is not shown any more. */
const shownMs = 86_400_000;

export interface SizedPool {
  readonly name: string;
  readonly backlog: PoolBacklog;
  readonly oldestReadyMs: number | undefined;
  readonly decision: ScalingDecision;
}

/**
 * Every pool that somebody works for, set something for or started runs in, or that had work when somebody asked about it,
 * with its size now.
 */
export async function sizePools(
  ports: Ports,
  workers: readonly WorkerPresence[],
): Promise<readonly SizedPool[]> {
  const records = await ports.store.readScaling();
  const asked = [...records.turns].filter(
    ([, text]) => (readTurn(text)?.memory.at ?? 0) > records.now - shownMs,
  );
  const names = new Set([
    "default",
    ...workers.flatMap(({ pools }) => pools),
    ...records.policies.keys(),
    ...records.used,
    ...asked.map(([name]) => name),
  ]);
  return Promise.all([...names].sort().map((name) => sizePool(ports, { name, records, workers })));
}

async function sizePool(
  ports: Ports,
  pool: {
    readonly name: string;
    readonly records: ScalingRecords;
    readonly workers: readonly WorkerPresence[];
  },
): Promise<SizedPool> {
  const { name, records } = pool;
  const sight = await look(ports, name, { now: records.now, policy: policyOf(records, name) });
  const { decision } = lastTurn(records, name) ?? (await takeTurn(ports, { ...pool, ...sight }));
  return { name, ...sight, decision };
}

interface Sight {
  readonly backlog: PoolBacklog;
  readonly oldestReadyMs: number | undefined;
}

/** The first of the runs that have begun and of the fresh ones: the oldest, unless one of low priority is starved. */
async function look(
  { store, queue }: Ports,
  pool: string,
  { now, policy }: { readonly now: number; readonly policy: ScalingPolicy },
): Promise<Sight> {
  const backlog = await queue.backlog(pool, { dueBefore: now + policy.startupMs });
  const since = await Promise.all(backlog.next.map((runId) => store.readySince(runId)));
  const known = since.filter((at) => at !== undefined);
  return {
    backlog,
    oldestReadyMs: known.length === 0 ? undefined : Math.max(0, now - Math.min(...known)),
  };
}

/** The last turn, while it is new and about the same policy. */
function lastTurn({ now, policies, turns }: ScalingRecords, pool: string): Turn | undefined {
  const turn = readTurn(turns.get(pool));
  const isNew = turn !== undefined && Math.abs(now - turn.memory.at) < turnEveryMs;
  return isNew && turn.policy === (policies.get(pool) ?? "") ? turn : undefined;
}

async function takeTurn(
  { store }: Ports,
  pool: Sight & {
    readonly name: string;
    readonly records: ScalingRecords;
    readonly workers: readonly WorkerPresence[];
  },
): Promise<Turn> {
  const { name, records, workers, backlog, oldestReadyMs } = pool;
  const before = records.turns.get(name);
  const seen = observePool({ at: records.now, pool: name, backlog, oldestReadyMs, workers });
  const { decision, memory } = decideWanted(policyOf(records, name), seen, readTurn(before)?.memory);
  const turn: Turn = { version: 1, policy: records.policies.get(name) ?? "", seen, decision, memory };
  // A name that means nothing takes no place of a pool that has a past.
  const isKnown =
    before !== undefined || turn.policy !== "" || seen.workers + seen.ready + seen.dueSoon + seen.busy > 0;
  if (!isKnown) return turn;
  const reply = await store
    .keepScalingTurn({
      ...{ pool: name, turn: JSON.stringify(turn) },
      ...(before === undefined ? {} : { before }),
    })
    .catch(notKept);
  return (reply.tag === "overtaken" ? readTurn(reply.last) : undefined) ?? turn;
}

/** A Redis that is full, or a replica, could be read and takes no turn: whoever watches the fleet must see it just then. */
function notKept(error: unknown): { readonly tag: "not kept" } {
  if (isRunfleetError(error) && error.code === "redis_unavailable") return { tag: "not kept" };
  throw error;
}

function policyOf({ policies }: ScalingRecords, pool: string): ScalingPolicy {
  return readScalingPolicy(policies.get(pool) ?? "{}");
}

function readTurn(text: string | undefined): Turn | undefined {
  if (text === undefined) return undefined;
  const turn = JSON.parse(text) as Turn;
  return turn.version === 1 ? turn : undefined;
}

export async function readScaling(ports: Ports, pool: string): Promise<ScalingDocument> {
  checkPool(pool);
  const [records, workers] = await Promise.all([ports.store.readScaling(), ports.store.listWorkers()]);
  const policy = policyOf(records, pool);
  const turn =
    lastTurn(records, pool) ??
    (await takeTurn(ports, {
      ...{ name: pool, records, workers },
      ...(await look(ports, pool, { now: records.now, policy })),
    }));
  const { seen, decision } = turn;
  return {
    pool,
    wanted: decision.wanted,
    isActive: decision.wanted > 0,
    cause: decision.cause,
    why: decision.why,
    decidedAt: isoTime(turn.memory.at),
    ready: seen.ready,
    dueSoon: seen.dueSoon,
    active: seen.busy,
    oldestReadyMs: seen.oldestReadyMs ?? null,
    workers: seen.workers,
    busyWorkers: seen.busyWorkers,
    slotMs: turn.memory.slotMs ?? null,
    policy,
  };
}

/** `null` takes back what was set: the defaults count again. False when that changed nothing. */
export async function setScaling(
  { store }: Ports,
  pool: string,
  given: ScalingPolicyInput | null,
): Promise<boolean> {
  checkPool(pool);
  if (given === null) return (await store.setScaling({ pool })) === "removed";
  const parsed = scalingPolicySchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".") || "policy"}: ${message}`,
    );
    throw new RunfleetError("invalid_usage", `the pool ${pool} cannot be scaled so: ${problems.join("; ")}`, {
      details: { problems },
    });
  }
  const reply = await store.setScaling({ pool, policy: JSON.stringify(given) });
  if (reply !== "full") return true;
  const message = `something is set for ${limits.scalingPoolsMax} pools; take some of it back first`;
  throw new RunfleetError("too_large", message, { details: { max: limits.scalingPoolsMax } });
}

function checkPool(pool: string): void {
  const problem = poolProblem(pool);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
}

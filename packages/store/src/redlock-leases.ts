/**
 * Leases through redlock, on one Redis or a quorum of several. The library keeps to taking and extending; retries, time limits
 * and deadlines are here, because its own loops retry hot, wait for ever on a silent server and count expiry from the wrong
 * moment; and releases, which go together. Where the runs lie on the same Redis, a lease is drawn here and taken by the run's
 * own scripts. A lease avoids double work; what makes a stale owner harmless is the fence.
 */
import { randomUUID } from "node:crypto";
import { setImmediate as nextRound } from "node:timers/promises";
import {
  type AcquireReply,
  type Lease,
  type LeaseStore,
  type RenewReply,
  RunfleetError,
} from "@runfleet/model";
import type { Redis } from "ioredis";
import Redlock, { type ExecutionError, Lock } from "redlock";
import { partitionTag, runKeys } from "./keys.js";

export interface RedlockLeasesOptions {
  /**
   * One connection per Redis. Use connections of their own: a command that waits behind others, or for a reconnect,
   * costs the lease its time. They belong to the caller.
   */
  readonly clients: readonly Redis[];
  /** "here": the one client reaches the Redis of the runs, whose scripts take leases and give them back. Default "elsewhere". */
  readonly runs?: "here" | "elsewhere";
  /** Default "rf". */
  readonly namespace?: string;
  /** Default 0. */
  readonly partition?: number;
}

/** Share of the time to live that clocks may differ by, as redlock counts it. */
const driftFactor = 0.01;
/** Added to the drift: expiry in Redis is exact to a millisecond. */
const driftMs = 2;
/** A third of the lease: a renewal that takes longer is better tried again. */
const callTimeShare = 1 / 3;
/** Lower bound, for short leases in tests and on slow machines. */
const callTimeoutMsMin = 250;
/** When the key is gone, or has no time to live, by the time it is looked at. */
const retrySoonMs = 20;

/**
 * The library's own one writes the key again, which a full Redis refuses: every run in the fleet would lose its owner while
 * nothing can be taken over either. One key per lease, as everywhere here.
 */
const extendScript = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('pexpire', KEYS[1], ARGV[2])
`;

/** Leases that end in one round of the event loop: the library asks for each alone, which costs the worker ten times this. */
const releaseScript = `
for index = 1, #KEYS do
  if redis.call('get', KEYS[index]) == ARGV[index] then
    redis.call('del', KEYS[index])
  end
end
`;

interface Quorum {
  readonly redlock: Redlock;
  readonly clients: readonly Redis[];
  readonly keyOf: (runId: string) => string;
}

/** Calls throw `redis_unavailable` when no quorum answers in time; `release` never throws. */
export function createRedlockLeases(options: RedlockLeasesOptions): LeaseStore {
  const redlock = new Redlock(
    options.clients,
    { retryCount: 0, driftFactor },
    {
      extendScript: () => extendScript,
    },
  );
  // Each refused vote is an event too; the votes are read from the failed call.
  redlock.on("error", () => {});
  const tag = partitionTag(options.namespace ?? "rf", options.partition ?? 0);
  const quorum: Quorum = {
    redlock,
    clients: options.clients,
    keyOf: (runId) => runKeys(tag, runId).lease,
  };
  return {
    ...(options.runs === "here" ? { draw } : {}),
    acquire: (runId, ttlMs) => acquire(quorum, runId, ttlMs),
    renew: (lease, ttlMs) => renew(quorum, lease, ttlMs),
    release: releaseTogether(quorum),
    close: async () => {},
  };
}

/** What the library would put into the key, which `activate_run.lua` sets as the library would. */
function draw(runId: string, ttlMs: number): Lease {
  return { runId, token: randomUUID(), deadlineMonoMs: deadline(performance.now(), ttlMs) };
}

async function acquire(quorum: Quorum, runId: string, ttlMs: number): Promise<AcquireReply> {
  const startedMonoMs = performance.now();
  const attempt = quorum.redlock.acquire([quorum.keyOf(runId)], ttlMs);
  try {
    const lock = await withinTime(attempt, callTimeoutMs(ttlMs));
    return {
      tag: "held",
      lease: { runId, token: lock.value, deadlineMonoMs: deadline(startedMonoMs, ttlMs) },
    };
  } catch (error) {
    // A lease that is granted after we gave up would keep everybody waiting until it runs out.
    void attempt.then((lock) => quorum.redlock.release(lock)).catch(() => {});
    if (!(await isRefused(error, quorum.clients.length))) throw unavailable("acquire", error);
    return { tag: "busy", retryAfterMs: await timeToExpiry(quorum, runId, ttlMs) };
  }
}

async function renew(quorum: Quorum, lease: Lease, ttlMs: number): Promise<RenewReply> {
  const startedMonoMs = performance.now();
  try {
    await withinTime(quorum.redlock.extend(toLock(quorum, lease), ttlMs), callTimeoutMs(ttlMs));
    return { tag: "renewed", lease: { ...lease, deadlineMonoMs: deadline(startedMonoMs, ttlMs) } };
  } catch (error) {
    if (await isRefused(error, quorum.clients.length)) return { tag: "lost" };
    throw unavailable("renew", error);
  }
}

/** A lease that cannot be released runs out. */
function releaseTogether(quorum: Quorum): LeaseStore["release"] {
  let open: { readonly leases: Lease[]; readonly released: Promise<void> } | undefined;
  const gather = () => {
    const leases: Lease[] = [];
    const released = nextRound().then(() => {
      open = undefined;
      return releaseAll(quorum, leases);
    });
    return { leases, released };
  };
  return (lease) => {
    open ??= gather();
    open.leases.push(lease);
    return open.released;
  };
}

async function releaseAll({ clients, keyOf }: Quorum, leases: readonly Lease[]): Promise<void> {
  const keys = leases.map(({ runId }) => keyOf(runId));
  const tokens = leases.map(({ token }) => token);
  const asked = clients.map((redis) =>
    withinTime(redis.eval(releaseScript, keys.length, ...keys, ...tokens), callTimeoutMs(0)),
  );
  await answersOfMajority(asked);
}

/** A server that is silent must not keep who gave a lease back; resolves too when all have answered, or failed. */
function answersOfMajority(asked: readonly Promise<unknown>[]): Promise<void> {
  return new Promise((resolve) => {
    let missing = Math.floor(asked.length / 2) + 1;
    const count = (): void => {
      missing -= 1;
      if (missing === 0) resolve();
    };
    for (const answer of asked) answer.then(count, () => {});
    void Promise.allSettled(asked).then(() => resolve());
  });
}

/** The library compares its own idea of the expiry with the wall clock; only the server may judge that. */
function toLock(quorum: Quorum, lease: Lease): Lock {
  const key = quorum.keyOf(lease.runId);
  return new Lock(quorum.redlock, [key], lease.token, [], Number.POSITIVE_INFINITY);
}

function callTimeoutMs(ttlMs: number): number {
  return Math.max(callTimeoutMsMin, ttlMs * callTimeShare);
}

function deadline(startedMonoMs: number, ttlMs: number): number {
  return startedMonoMs + ttlMs - Math.round(ttlMs * driftFactor) - driftMs;
}

class CallTimedOut extends Error {}

function withinTime<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new CallTimedOut(`no answer within ${timeoutMs} ms`));
    const timer = setTimeout(giveUp, timeoutMs);
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        clearTimeout(timer);
        settle(value);
      };
    call.then(settled(resolve), settled(reject));
  });
}

/** True when so many servers said no that the rest cannot make a quorum; false when they only did not answer. */
async function isRefused(error: unknown, servers: number): Promise<boolean> {
  if (!isExecutionError(error)) return false;
  const attempt = error.attempts.at(-1);
  if (attempt === undefined) return false;
  try {
    const { votesAgainst, quorumSize } = await withinTime(attempt, callTimeoutMsMin);
    const refusals = [...votesAgainst.values()].filter((vote) => vote.name === "ResourceLockedError").length;
    return refusals > servers - quorumSize;
  } catch (late) {
    if (late instanceof CallTimedOut) return false;
    throw late;
  }
}

function isExecutionError(error: unknown): error is ExecutionError {
  return error instanceof Error && error.name === "ExecutionError";
}

/** How long the present holder has at most; from the server that says least, since a quorum decides. */
async function timeToExpiry(quorum: Quorum, runId: string, ttlMs: number): Promise<number> {
  const key = quorum.keyOf(runId);
  const asked = quorum.clients.map(async (redis) => await withinTime(redis.pttl(key), callTimeoutMsMin));
  const answers = await Promise.allSettled(asked);
  const times = answers.flatMap((answer) =>
    answer.status === "fulfilled" && answer.value > 0 ? [answer.value] : [],
  );
  return times.length === 0 ? retrySoonMs : Math.max(retrySoonMs, Math.min(...times, ttlMs));
}

function unavailable(doing: string, cause: unknown): RunfleetError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RunfleetError("redis_unavailable", `lease ${doing}: ${why}`, { cause });
}

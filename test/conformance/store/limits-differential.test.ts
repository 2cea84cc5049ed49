/**
 * Limits under random calls, on both stores at once: same answers, and after every call nobody is over a limit, nobody who
 * could go on waits, and nobody is forgotten.
 */
import type { Fence, NewRun } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, samplePark, sampleRun } from "./samples.js";
import { closeRedisTwin, createClock, openRedisTwin, type RedisTwin, type Twin } from "./twins.js";

const runIds = ["R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9"] as const;
const [perKey, total] = [2, 3];

interface Side {
  readonly store: Twin["store"];
  readonly leases: Twin["leases"];
  readonly fences: Map<string, Fence>;
}

interface Call {
  readonly kind: keyof typeof calls;
  readonly run: (typeof runIds)[number];
  readonly n: number;
}

/** Two keys with a total, a key without, and runs that only the workflow's limit concerns. */
function limitsOf(run: string): Partial<NewRun> {
  const number = Number(run.slice(1));
  if (number < 6) return { concurrency: { key: number % 2 === 0 ? "a" : "b c", limit: perKey, total } };
  if (number < 8) return { workflow: "other", concurrency: { key: "a", limit: perKey } };
  return { concurrency: { limit: total }, priority: number };
}

async function letGo({ leases, fences }: Side, runId: string): Promise<void> {
  const token = fences.get(runId)?.nonce;
  if (token !== undefined) await leases.release({ runId, token, deadlineMonoMs: 0 });
}

const fenceOf = ({ fences }: Side, runId: string): Fence =>
  fences.get(runId) ?? { runId, generation: 1, nonce: "none" };

const calls = {
  create: async ({ store }: Side, { run, n }: Call) =>
    await store.createRun(sampleRun({ id: run, ...limitsOf(run), ...(n === 0 ? { delayMs: 2 } : {}) })),
  activate: async (side: Side, { run }: Call) => {
    const held = await side.leases.acquire(run, 600_000);
    const leaseToken = held.tag === "held" ? held.lease.token : (side.fences.get(run)?.nonce ?? "none");
    const reply = await side.store.activate({ runId: run, leaseToken, owner: "w", recoveriesMax: 2 });
    if (reply.tag === "activated") side.fences.set(run, reply.activation.fence);
    else if (held.tag === "held") await side.leases.release(held.lease);
    return reply.tag;
  },
  /** The worker is dead, the next activation takes over. */
  die: async (side: Side, { run }: Call) => await letGo(side, run),
  park: async (side: Side, { run, n }: Call) => {
    const reply = await side.store.park({
      ...samplePark(fenceOf(side, run)),
      commitId: `p${n}`,
      inboxSeen: 9,
    });
    if (reply.tag === "parked") await letGo(side, run);
    return reply;
  },
  yield: async (side: Side, { run, n }: Call) => {
    const reply = await side.store.release(sampleCommit(fenceOf(side, run), { commitId: `y${n}` }));
    if (reply.tag === "yielded") await letGo(side, run);
    return reply;
  },
  finish: async (side: Side, { run, n }: Call) => {
    const status = n % 2 === 0 ? ("failed" as const) : ("completed" as const);
    const reply = await side.store.finish({ ...sampleFinish(fenceOf(side, run)), commitId: `f${n}`, status });
    if (reply.tag === "finished") await letGo(side, run);
    return reply;
  },
  signal: async ({ store }: Side, { run, n }: Call) =>
    await store.appendEvent({ runId: run, event: { type: "signalReceived", at: n, name: "s" } }),
  cancel: async ({ store }: Side, { run }: Call) =>
    await store.requestCancel({ runId: run, reason: "r", by: "ann" }),
  terminate: async ({ store }: Side, { run }: Call) => await store.terminateRun({ runId: run, by: "ann" }),
  retry: async ({ store }: Side, { run }: Call) => await store.retryRun({ runId: run, by: "ann" }),
  failUnowned: async (side: Side, { run }: Call) => {
    const error = { code: "crash_loop", message: "died" };
    const { nonce: leaseToken } = fenceOf(side, run);
    return await side.store.failUnowned({ runId: run, leaseToken, error, retentionMs: 600_000 });
  },
};

async function answerOf(side: Side, call: Call): Promise<unknown> {
  try {
    return (await calls[call.kind](side, call)) ?? "nothing";
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
}

async function readAll({ store }: Side): Promise<unknown> {
  const perRun = runIds.map(async (runId) => [
    (await store.readRun(runId))?.status,
    (await store.readRun(runId))?.blockedOn,
    await store.permitWait(runId),
    await store.dueAt(runId),
  ]);
  return [await store.listScopes({ limit: 100 }), await Promise.all(perRun)];
}

/** What must hold after every call. */
async function checkLine({ store, redis, tag }: RedisTwin): Promise<void> {
  const { rows } = await store.listScopes({ limit: 100 });
  for (const { workflow, key, limit, held, waiting } of rows) {
    const most = key === undefined ? total : perKey;
    expect(held, `${workflow} ${key} is over its limit`).toBeLessThanOrEqual(most);
    if (waiting > 0) expect(held, `${workflow} ${key} has room and a line`).toBe(limit);
  }
  const waiters = await redis.hgetall(`${tag}:permits:waiters`);
  const lines = await redis.zrangebylex(`${tag}:permits:waiting`, "-", "+", "LIMIT", 0, 100);
  const inLine = lines.map((member) => member.slice(member.lastIndexOf(" ") + 1));
  expect(inLine.sort()).toEqual(Object.keys(waiters).sort());
  const holders = (await redis.zrangebylex(`${tag}:permits:held`, "-", "+", "LIMIT", 0, 100)).map((member) =>
    member.slice(member.lastIndexOf(" ") + 1),
  );
  for (const runId of runIds) await checkRun({ store, runId, isInLine: inLine.includes(runId), holders });
}

async function checkRun(of: {
  readonly store: Twin["store"];
  readonly runId: string;
  readonly isInLine: boolean;
  readonly holders: readonly string[];
}): Promise<void> {
  const { store, runId, isInLine, holders } = of;
  const run = await store.readRun(runId);
  const isOpen = run !== undefined && run.endedAt === undefined;
  if (!isOpen) {
    expect(isInLine || holders.includes(runId), `${runId} has ended and is still there`).toBe(false);
    return;
  }
  const isParked = run.status === "waiting" && !isInLine;
  if (isParked) expect(holders, `${runId} is parked and holds a permit`).not.toContain(runId);
  const isLookedAfter =
    run.owner !== undefined || isInLine || isParked || (await store.dueAt(runId)) !== undefined;
  // A run that is being cancelled and was parked waits for what it has open.
  if (run.status !== "cancelling") expect(isLookedAfter, `${runId} is forgotten`).toBe(true);
}

const anyCall = fc.record({
  kind: fc.constantFrom(
    ...(["create", "create", "activate", "activate", "activate"] as const),
    ...(Object.keys(calls) as Call["kind"][]),
  ),
  run: fc.constantFrom(...runIds),
  n: fc.nat(4),
});

test("whatever is called, both stores agree, limits hold, and nobody is forgotten", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCall, { minLength: 20, maxLength: 60 }), async (sequence) => {
      const clock = createClock();
      const memoryStore = createMemoryStore({ now: clock.now });
      const memoryLeases = createMemoryLeases({ now: clock.now, store: memoryStore });
      const inMemory: Side = { store: memoryStore, leases: memoryLeases, fences: new Map() };
      const twin = openRedisTwin();
      const onRedis: Side = { ...twin, fences: new Map() };
      const beginning = runIds.map((run) => ({ kind: "create", run, n: 1 }) as const);
      try {
        for (const call of [...beginning, ...sequence]) {
          clock.advance(1);
          twin.clock.advance(1);
          expect(await answerOf(onRedis, call), JSON.stringify(call)).toEqual(await answerOf(inMemory, call));
          await checkLine(twin);
        }
        expect(await readAll(onRedis)).toEqual(await readAll(inMemory));
      } finally {
        await closeRedisTwin(twin);
      }
    }),
    { numRuns: 20 },
  );
});

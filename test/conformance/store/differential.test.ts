/**
 * The two stores as each other's oracle: the same random calls, and every answer and everything readable afterwards
 * must be equal. Tokens and ids of history are the only things that may differ.
 */
import type { Fence } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, samplePark, sampleRun, sampleStep } from "./samples.js";
import { closeRedisTwin, createClock, openRedisTwin, type Twin } from "./twins.js";

const runIds = ["P", "C1", "C2"] as const;

/** One side: a store, and the fences its workers believe in. */
interface Side {
  readonly store: Twin["store"];
  readonly leases: Twin["leases"];
  readonly fences: Map<string, Fence>;
}

interface Call {
  readonly kind: keyof typeof calls;
  readonly run: (typeof runIds)[number];
  /** Chooses among variants of a call. */
  readonly n: number;
}

const noFence = { generation: 1, nonce: "none" };

/** How each kind of call is made. `n` is small, so that repeats and stale values are common. */
const calls = {
  create: async ({ store }: Side, { run, n }: Call) =>
    await store.createRun(
      sampleRun({
        id: run,
        inputs: { n: String(n % 2) },
        ...(n % 3 === 0 ? { idempotencyKey: "k" } : {}),
        ...(run === "P" ? {} : { parentId: "P", parentAddress: "b.0", parentPool: "default", depth: 1 }),
        ...confirming(n),
      }),
    ),
  activate: async (side: Side, { run, n }: Call) => {
    const held = await side.leases.acquire(run, 600_000);
    const leaseToken = held.tag === "held" ? held.lease.token : (side.fences.get(run)?.nonce ?? "none");
    const reply = await side.store.activate({
      runId: run,
      leaseToken,
      owner: `w${n % 2}`,
      recoveriesMax: 2,
      recoveriesAdmitted: n % 3,
    });
    if (reply.tag === "activated") side.fences.set(run, reply.activation.fence);
    else if (held.tag === "held") await side.leases.release(held.lease);
    return reply;
  },
  letGo: async (side: Side, { run }: Call) => {
    const token = side.fences.get(run)?.nonce;
    if (token !== undefined) await side.leases.release({ runId: run, token, deadlineMonoMs: 0 });
    return undefined;
  },
  heartbeat: async (side: Side, { run }: Call) => await side.store.heartbeat(fenceOf(side, run)),
  commit: async (side: Side, call: Call) =>
    await side.store.commit({
      ...commitOf(side, call),
      gatesOpened: call.n % 2 === 0 ? [sampleGate(call.run, { address: `b.${call.n}` })] : [],
      gatesClosed: call.n % 3 === 0 ? ["b.2"] : [],
    }),
  park: async (side: Side, call: Call) =>
    await side.store.park({
      ...samplePark(fenceOf(side, call.run)),
      ...commitOf(side, call),
      blockedOn: [{ type: "sleep", address: "b.0", name: "nap", until: 5 }],
      ...(call.n % 2 === 0 ? { until: 10_000 + call.n } : {}),
    }),
  release: async (side: Side, call: Call) => await side.store.release(commitOf(side, call)),
  finish: async (side: Side, call: Call) =>
    await side.store.finish({
      ...sampleFinish(fenceOf(side, call.run)),
      ...commitOf(side, call),
      status: (["completed", "failed", "cancelled"] as const)[call.n % 3] ?? "completed",
      ...(call.run === "P" ? {} : { parentEvent: { parentId: "P", event: signal(call.n) } }),
    }),
  failUnowned: async (side: Side, { run }: Call) => {
    const error = { code: "crash_loop", message: "died" };
    const leaseToken = side.fences.get(run)?.nonce ?? "none";
    return await side.store.failUnowned({ runId: run, leaseToken, error, retentionMs: 600_000 });
  },
  append: async ({ store }: Side, { run, n }: Call) =>
    await store.appendEvent({
      runId: run,
      event: signal(n),
      ...(n % 2 === 0 ? { dedupeId: `d${n}` } : {}),
      ...confirming(n),
    }),
  answer: async ({ store }: Side, { run, n }: Call) =>
    await store.answerGate({
      runId: run,
      verdict: "approved",
      by: `p${n}`,
      ...(n % 3 === 0 ? {} : { gate: n % 3 === 1 ? `b.${n}` : "human_review" }),
    }),
  cancel: async ({ store }: Side, { run, n }: Call) =>
    await store.requestCancel({ runId: run, reason: `r${n}`, by: "ann", ...confirming(n) }),
  wakeable: async ({ store }: Side, { n }: Call) => await store.wakeable({ limit: 1 + n }),
  outboxPending: async ({ store }: Side, { n }: Call) =>
    await store.outboxPending({ olderThanMs: n, limit: 1 + n }),
  outboxDone: async ({ store }: Side, { run }: Call) => await store.outboxDone([`enqueue:${run}`]),
};

/** Entries that commits write are `o0` and `o4`. */
function confirming(n: number) {
  return n % 2 === 0 ? { confirms: `o${n}` } : {};
}

function signal(n: number) {
  return { type: "signalReceived", at: n, name: `s${n}` } as const;
}

function fenceOf(side: Side, runId: string): Fence {
  return side.fences.get(runId) ?? { runId, ...noFence };
}

/** Few commit ids and inbox positions: repeats, gaps and positions beyond the end all happen. */
function commitOf(side: Side, { run, n }: Call) {
  return sampleCommit(fenceOf(side, run), {
    commitId: `c${n}`,
    ...(n % 3 === 1 ? { after: `c${n - 1}` } : {}),
    parts: { set: { core: String(n) }, remove: [`f:${n - 1}`] },
    steps: [
      sampleStep({
        ...{ attempt: 1 + (n % 3), ordinal: n % 4, address: `b.${n % 4}` },
        status: n % 3 === 0 ? "completed" : "running",
      }),
    ],
    facts: [{ type: "loop.iterated", address: "b.0", iteration: n }],
    inboxSeen: n,
    ...(n % 2 === 0 ? { usage: { costUsd: n / 7, durationMs: n } } : {}),
    status: n % 4 === 3 ? "waiting" : "running",
    outbox: n % 4 === 0 ? [{ id: `o${n}`, runId: run, type: "enqueue" }] : [],
    outboxDone: n % 5 === 0 ? ["o4"] : [],
  });
}

/** Refusals of input are answers too. */
async function answerOf(side: Side, call: Call): Promise<unknown> {
  try {
    return normal(await calls[call.kind](side, call));
  } catch (error) {
    return (error as { readonly code?: unknown }).code ?? error;
  }
}

/** Everything somebody could read. */
async function readAll({ store }: Side): Promise<unknown> {
  const perRun = runIds.map(async (runId) => ({
    run: await store.readRun(runId),
    state: await store.readState(runId),
    steps: await store.readSteps({ runId, limit: 100 }),
    history: await store.readHistory({ runId, limit: 100 }),
    children: await store.listChildren({ runId, limit: 100 }),
    gates: await store.openGates({ runId, limit: 100 }),
    inbox: await store.inboxWaiting(runId),
  }));
  const lists = (
    ["pending", "running", "waiting", "cancelling", "completed", "failed", "cancelled"] as const
  ).map(async (status) => await store.listRuns({ status, limit: 100 }));
  return normal({
    runs: await Promise.all(perRun),
    lists: await Promise.all(lists),
    all: await store.listRuns({ limit: 100 }),
    gates: await store.openGates({ limit: 100 }),
    silent: await store.silentOwners({ silentMs: -1, limit: 100 }),
    outbox: await store.outboxPending({ olderThanMs: 0, limit: 100 }),
    usage: await store.readUsage({ from: "1970-01-01", to: "1970-01-01", limit: 100 }),
  });
}

/** Tokens of leases: each store draws its own. */
const random: ReadonlySet<string> = new Set(["nonce", "ownerToken"]);

function normal(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value, (key, member: unknown) =>
    random.has(key) || (key === "id" && /^\d+-\d+$/.test(String(member))) ? "*" : member,
  );
  return JSON.parse(text) as unknown;
}

const anyCall = fc.record({
  kind: fc.constantFrom(...(Object.keys(calls) as Call["kind"][])),
  run: fc.constantFrom(...runIds),
  n: fc.nat(6),
});

/** Without these most sequences would only be told that there is no such run. */
const beginning: readonly Call[] = [
  { kind: "create", run: "P", n: 0 },
  { kind: "create", run: "C1", n: 1 },
  { kind: "activate", run: "P", n: 0 },
  { kind: "activate", run: "C1", n: 0 },
];

test("whatever is called, both stores answer and remember the same", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyCall, { minLength: 10, maxLength: 40 }), async (sequence) => {
      const clock = createClock();
      const memoryStore = createMemoryStore({ now: clock.now });
      const memoryLeases = createMemoryLeases({ now: clock.now, store: memoryStore });
      const inMemory: Side = { store: memoryStore, leases: memoryLeases, fences: new Map() };
      const twin = openRedisTwin();
      const onRedis: Side = { ...twin, fences: new Map() };
      try {
        for (const call of [...beginning, ...sequence]) {
          clock.advance(1);
          twin.clock.advance(1);
          expect(await answerOf(onRedis, call), JSON.stringify(call)).toEqual(await answerOf(inMemory, call));
        }
        expect(await readAll(onRedis)).toEqual(await readAll(inMemory));
      } finally {
        await closeRedisTwin(twin);
      }
    }),
    { numRuns: 40 },
  );
});

/**
 * Every cause that `explain` can name, brought about on a real Redis with real workers: the sentence and the advice are the
 * ones for it. A cause that the model gets later does not compile until it is constructed here.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cause, causes, limits, zeroTotals } from "@runfleet/model";
import { connectRedis, createRedisStore, createRedlockLeases, partitionTag } from "@runfleet/store";
import { createFleetWorker, defineAction, type FleetWorker } from "@runfleet/worker";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openClientFleet } from "../../support/client-fleet.js";
import { eventually } from "../../support/eventually.js";

const redisUrl = inject("redisUrl");
const under = await openClientFleet(redisUrl);
const { fleet, namespace, store } = under;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const aMinuteMs = 60_000;

const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
const earlier = createRedisStore({ redis, namespace, now: () => Date.now() - aMinuteMs });
const leases = createRedlockLeases({ clients: [redis], namespace });

const letGo: (() => void)[] = [];
const actions = [
  // Deaf for its abort signal, as careless code is.
  defineAction({ name: "hang", run: () => new Promise<object>((resolve) => letGo.push(() => resolve({}))) }),
  defineAction({
    name: "charge",
    effect: "at-most-once",
    run: async () => {
      throw new Error("the line was cut");
    },
  }),
  defineAction({
    name: "boom",
    run: async () => {
      throw new Error("no disk");
    },
  }),
];

const workflows: Readonly<Record<string, string>> = {
  fine: "workflow fine { call nothing }",
  broken: "workflow broken { call boom }",
  hanging: "workflow hanging { call hang }",
  single: "workflow single { meta { concurrency { limit = 1 } } call hang }",
  gated: 'workflow gated { gate human_review { prompt = "ok?" } }',
  signalled: "workflow signalled { gate arrived { type = signal } }",
  polled: "workflow polled { gate checks { type = ci } }",
  parent: "workflow parent { call workflow gated }",
  fanned:
    'workflow fanned { foreach each { over = range filter = { from = "1" to = "3" } workflow = gated max_parallel = 2 } }',
  again: 'workflow again { call boom { retries = 1 retry_delay = "1h" } }',
  doubtful: "workflow doubtful { call charge { retries = 1 } }",
  asleep: 'workflow asleep { sleep nap { for = "1h" } }',
};

const start = async (workflow: string, options: { pool?: string; delayMs?: number } = {}): Promise<string> =>
  (await fleet.start(workflow, options)).id;
const has = async (id: string, status: string): Promise<string> =>
  await eventually(`it is ${status}`, async () => ((await fleet.get(id)).status === status ? id : undefined));

/** As many owners as that take the run, a minute ago, and are never heard of again. */
async function orphan(id: string, deaths: number): Promise<string> {
  for (let death = 1; death <= deaths; death += 1) {
    const taken = await leases.acquire(id, aMinuteMs);
    if (taken.tag !== "held") throw new Error(taken.tag);
    const { token: leaseToken } = taken.lease;
    await earlier.activate({
      runId: id,
      leaseToken,
      owner: `dead-${death}`,
      recoveriesMax: limits.recoveriesMax,
    });
    await leases.release(taken.lease);
  }
  return id;
}

/** How the cause comes about, and what is then said and advised. `lazy` is a pool whose worker never takes anything. */
const cases: Readonly<Record<Cause, readonly [() => Promise<string>, RegExp, RegExp]>> = {
  completed: [async () => await has(await start("fine"), "completed"), /has completed/, /runfleet show/],
  failed: [async () => await has(await start("broken"), "failed"), /has failed: .*no disk/, /runfleet retry/],
  cancelled: [
    async () => {
      const id = await start("gated");
      await fleet.cancel(id, { reason: "enough" });
      return await has(id, "cancelled");
    },
    /cancelled by tester: enough/,
    /start it again/,
  ],
  crash_loop: [
    async () => {
      const id = await orphan(await start("fine", { pool: "deadly" }), limits.recoveriesMax + 1);
      await startWorker(["deadly"], 1);
      return await has(id, "failed");
    },
    /given up: 6 workers in a row died/,
    /mend the step .*runfleet retry/,
  ],
  suspect: [
    async () => await orphan(await start("fine", { pool: "lazy" }), limits.suspectRecoveries),
    /2 workers in a row died/,
    /logs of the workers that died/,
  ],
  owner_silent: [
    async () => await orphan(await start("fine", { pool: "lazy" }), 1),
    /worker dead-1 has it and has not been heard of for 6\d s/,
    /another worker takes it over/,
  ],
  cancelling: [
    async () => {
      const id = await has(await start("hanging"), "running");
      await eventually("it hangs", () => letGo[0]);
      await fleet.cancel(id, { reason: "enough" });
      return id;
    },
    /being cancelled by tester: enough and waits for what it has open/,
    /runfleet terminate/,
  ],
  running: [
    async () => await has(await start("hanging"), "running"),
    /it is moving: worker .* has it/,
    /runfleet watch/,
  ],
  limit: [
    async () => {
      await has(await start("single"), "running");
      return await start("single");
    },
    /1 runs of workflow "single" may be worked on at once, 1 are \([^ ]+\), and 0 come before it/,
    /limit set single --concurrency N/,
  ],
  pool_paused: [
    async () => {
      const board = new Queue("halted", {
        prefix: partitionTag(namespace, 0),
        connection: redis,
        skipMetasUpdate: true,
      });
      await board.pause();
      await board.close();
      return await start("fine", { pool: "halted" });
    },
    /pool "halted" is paused/,
    /resume the pool on the board/,
  ],
  no_worker: [
    async () => await start("fine", { pool: "nobody" }),
    /no worker takes runs of pool "nobody"/,
    /runfleet worker --pools nobody/,
  ],
  delayed: [async () => await start("fine", { delayMs: 2 * aMinuteMs }), /begins at 20/, /nothing/],
  pool_full: [
    async () => {
      await has(await start("hanging", { pool: "small" }), "running");
      const id = await start("fine", { pool: "small" });
      await eventually("the worker says that it is full", async () =>
        (await fleet.fleet()).workers.some(({ pools, busy }) => pools.includes("small") && busy === 1)
          ? true
          : undefined,
      );
      return id;
    },
    /all 1 slots of pool "small" are taken/,
    /start more workers/,
  ],
  queued: [
    async () => await start("fine", { pool: "lazy" }),
    /ready and a worker should take it/,
    /within seconds/,
  ],
  gate: [
    async () => await has(await start("gated"), "waiting"),
    /a person at gate "human_review" since/,
    /runfleet approve .* human_review/,
  ],
  in_doubt: [
    async () => await has(await start("doubtful"), "waiting"),
    /step "charge" is in doubt since/,
    /find out, then .*--select retry/,
  ],
  signal: [
    async () => await has(await start("signalled"), "waiting"),
    /signal "arrived" at gate "arrived"/,
    /runfleet signal/,
  ],
  poll: [
    async () => await has(await start("polled"), "waiting"),
    /asks the resolver of "ci" again and again at gate "checks"/,
    /make true what the resolver looks at/,
  ],
  child: [
    async () => await has(await start("parent"), "waiting"),
    /it waits for run \w+ of workflow "gated"/,
    /runfleet explain/,
  ],
  items: [
    async () => await has(await start("fanned"), "waiting"),
    /foreach "each" has 0 of 3 items done and waits for 2 running/,
    /names its child runs/,
  ],
  retry: [
    async () => await has(await start("again"), "waiting"),
    /step "boom" failed and is attempted again at/,
    /nothing/,
  ],
  sleep: [async () => await has(await start("asleep"), "waiting"), /it sleeps until/, /nothing/],
  unknown: [
    async () => {
      const id = await start("fine", { pool: "lazy" });
      const { activation, release } = await under.take(id);
      const nothing = { set: {}, remove: [] };
      await store.park({
        ...{ fence: activation.fence, commitId: "1", parts: nothing, steps: [], facts: [], outbox: [] },
        ...{ inboxSeen: activation.inbox.at(-1)?.seq ?? 0, totals: zeroTotals(), outboxDone: [] },
        ...{ gatesOpened: [], gatesClosed: [], status: "waiting", blockedOn: [] },
      });
      await release();
      return id;
    },
    /nothing says what it waits for/,
    /please report it/,
  ],
};

const workers: FleetWorker[] = [];
let workDir: string;

async function startWorker(pools: readonly string[], concurrency: number): Promise<void> {
  const gates = { ci: { poll: async () => ({ verdict: "pending" as const }) } };
  const config = { actions, gates, fallback: { name: "nothing", run: async () => ({}) } };
  workers.push(
    await createFleetWorker({
      ...{ redisUrl, namespace, config, pools, concurrency, workDir, log: silent, graceMs: 0 },
    }),
  );
}

describe("the cause why a run is not moving", () => {
  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), "runfleet-explain-"));
    await fleet.publish(Object.values(workflows).map((source) => ({ source })));
    await startWorker(["default"], 16);
    await startWorker(["small"], 1);
    await store.announceWorker({
      ...{
        id: "lazy",
        pid: 1,
        host: "h",
        pools: ["lazy"],
        slots: 4,
        busy: 0,
        version: "1",
        lastSeen: Date.now(),
      },
    });
  });
  afterAll(async () => {
    for (const go of letGo) go();
    await Promise.all(workers.map((worker) => worker.stop()));
    await Promise.all([leases.close(), earlier.close()]);
    redis.disconnect();
    await under.close();
    await rm(workDir, { recursive: true, force: true });
  });

  it.each(causes)("%s", async (cause) => {
    const [construct, sentence, remedy] = cases[cause];
    const id = await construct();
    const explained = await fleet.explain(id);
    expect(explained).toMatchObject({ id, cause });
    expect(explained.sentence).toMatch(sentence);
    expect(explained.remedy).toMatch(remedy);
  });
});

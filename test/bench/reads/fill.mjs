// Fills Redis for w9: real runs of every kind through real workers, their traces written again until there are enough,
// schedules, and days of usage.

import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@runfleet/client";
import { dayMs, runStatuses } from "@runfleet/model";
import { createRedisStore, newRunId, partitionTag } from "@runfleet/store";
import { readPatterns, written } from "./patterns.mjs";

/**
 * @typedef {import("@runfleet/client").FleetClient} FleetClient
 * @typedef {{ runs: number, children: number, schedules: number }} Amounts
 * @typedef {{ runs: number, holding: import("../capacity/model.mjs").Holding, family: string, waiting: string, completed: string }} Filled
 *   holding: what was written, for the capacity model; the others are ids to look at; family: has many children
 */

const steps = Array.from({ length: 10 }, (_, index) => `call step${index}`).join(" ");
const fan = (/** @type {string} */ name) => `workflow ${name} {
  inputs { list required }
  foreach leaves { over = json filter = { from = "list" } workflow = leaf max_parallel = 100 inputs = { n = "{{item.id}}" } }
}`;

/** Kind of run → its text by name, how many workflows there are of it, and its share of all runs. */
const kinds = /** @type {const} */ ({
  short: {
    text: (/** @type {string} */ name) => `workflow ${name} { call step }`,
    workflows: 8,
    share: 0.42,
  },
  long: { text: (/** @type {string} */ name) => `workflow ${name} { ${steps} }`, workflows: 4, share: 0.2 },
  failing: {
    text: (/** @type {string} */ name) => `workflow ${name} { script broken { run = "exit 1" } }`,
    workflows: 2,
    share: 0.08,
  },
  asking: {
    text: (/** @type {string} */ name) =>
      `workflow ${name} { call step gate human_approval { prompt = "Go on?" timeout = "90d" } }`,
    workflows: 2,
    share: 0.1,
  },
  sleeping: {
    text: (/** @type {string} */ name) => `workflow ${name} { sleep nap { for = "30d" } }`,
    workflows: 1,
    share: 0.04,
  },
  delayed: {
    text: (/** @type {string} */ name) => `workflow ${name} { call step }`,
    workflows: 1,
    share: 0.02,
  },
  cancelled: {
    text: (/** @type {string} */ name) => `workflow ${name} { call step }`,
    workflows: 1,
    share: 0.02,
  },
  family: { text: fan, workflows: 2, share: 0.12 },
});
const leaf = "workflow leaf { inputs { n required } call step }";
const list = (/** @type {number} */ length) => JSON.stringify(Array.from({ length }, (_, index) => index));

/** Runs lie this far apart: 200,000 of them are a week. */
const apartMs = 3_000;
const perPipeline = 200;

/**
 * Nobody else may be at work on this Redis but the worker, which is stopped once it has done its part.
 * @param {{
 *   redis: import("ioredis").Redis, redisUrl: string, namespace: string, amounts: Amounts,
 *   worker: import("../processes.mjs").Measured,
 * }} options
 * @returns {Promise<Filled>}
 */
export async function fill({ redis, redisUrl, namespace, amounts, worker }) {
  const client = createClient({ redis: redisUrl, namespace });
  const tag = partitionTag(namespace, 0);
  const named = Object.entries(kinds).flatMap(([kind, { workflows, text }]) =>
    Array.from({ length: workflows }, (_, index) => ({
      kind,
      name: `${kind}-${index}`,
      source: text(`${kind}-${index}`),
    })),
  );
  await client.publish([leaf, ...named.map(({ source }) => source)].map((source) => ({ source })));
  try {
    const roots = await Promise.all(named.map(({ kind, name }) => startOne(client, kind, name)));
    await settled(
      client,
      named.map(({ kind }, index) => ({ kind, id: roots[index] ?? "" })),
    );
    const big = await client.start("family-0", { inputs: { list: list(amounts.children) } });
    await big.result();
    // BullMQ keeps 10,000 ended jobs of a pool and would remove all others with the next one that ends.
    await worker.stop();
    // Nothing is measured while Redis is filled, and what a rewrite of the file costs is no page's.
    await redis.config("SET", "appendonly", "no");
    const families = await Promise.all(roots.map(async (id) => [id, ...(await client.get(id)).children]));
    const patterns = await readPatterns(redis, tag, families);
    const weighted = named.map(({ kind }, index) => {
      const { share, workflows } = kinds[/** @type {keyof typeof kinds} */ (kind)];
      const pattern = patterns[index];
      if (pattern === undefined) throw new TypeError("every root gives a pattern");
      return { pattern, times: Math.round((amounts.runs * share) / workflows / pattern.ids.length) };
    });
    const runs = await writeAll(redis, weighted);
    const holding = holdingOf(
      named.map(({ kind }, index) => ({ kind, times: weighted[index]?.times ?? 0 })),
      amounts,
    );
    await listByWorkflow(redis, tag);
    await addSchedules(client, amounts.schedules);
    await addUsage(
      redis,
      namespace,
      named.map(({ name }) => name),
    );
    const idOf = (/** @type {string} */ kind) => roots[named.findIndex((each) => each.kind === kind)] ?? "";
    return { runs, holding, family: big.id, waiting: idOf("asking"), completed: idOf("long") };
  } finally {
    await client.close();
  }
}

/** What one pattern of each kind holds. @type {Readonly<Record<string, import("../capacity/model.mjs").Holding>>} */
const holdings = {
  short: { ended: 1, steps: 1 },
  long: { ended: 1, steps: 10 },
  failing: { ended: 1, steps: 1 },
  asking: { parked: 1, steps: 1 },
  sleeping: { parked: 1 },
  delayed: { parked: 1 },
  cancelled: { ended: 1 },
  family: { ended: 1, children: 3 },
};

/**
 * Pure.
 * @param {readonly { kind: string, times: number }[]} written
 * @param {Pick<Amounts, "children">} amounts of the one large family
 */
export function holdingOf(written, { children }) {
  const sum = (/** @type {keyof import("../capacity/model.mjs").Holding} */ part) =>
    written.reduce((total, { kind, times }) => total + times * (holdings[kind]?.[part] ?? 0), 0);
  return {
    ...{ parked: sum("parked"), ended: sum("ended"), steps: sum("steps") },
    children: sum("children") + children,
  };
}

/** As in `workflow_rows.lua`. */
const leafRows = 64;

/** The list of a workflow lies in leaves that are named by its runs, so it is written when all are there. @param {import("ioredis").Redis} redis @param {string} tag */
async function listByWorkflow(redis, tag) {
  for (const key of await redis.keys(`${tag}:runs:wf:*`)) await redis.del(key);
  const lists = await Promise.all(runStatuses.map((status) => redis.zrange(`${tag}:runs:${status}`, 0, -1)));
  const rows = lists.flat().sort();
  /** @type {Map<string, string[]>} */
  const byWorkflow = new Map();
  for (let start = 0; start < rows.length; start += perPipeline) {
    const some = rows.slice(start, start + perPipeline);
    const reads = redis.pipeline();
    for (const row of some) reads.hget(`${tag}:run:${row.slice(row.indexOf(":") + 1)}`, "workflow");
    const names = (await reads.exec()) ?? [];
    for (const [index, row] of some.entries()) {
      const name = String(names[index]?.[1]);
      const listed = byWorkflow.get(name) ?? [];
      listed.push(row);
      byWorkflow.set(name, listed);
    }
  }
  for (const [name, listed] of byWorkflow)
    for (let start = 0; start < listed.length; start += leafRows) {
      const leaf = listed.slice(start, start + leafRows);
      const list = `${tag}:runs:wf:${name}`;
      await redis
        .pipeline()
        .zadd(list, 0, leaf[0] ?? "")
        .zadd(`${list}:${leaf[0]}`, ...leaf.flatMap((row) => [0, row]))
        .exec();
    }
}

/** @param {FleetClient} client @param {string} kind @param {string} name */
async function startOne(client, kind, name) {
  const inputs = kind === "family" ? { list: list(3) } : {};
  const delay = kind === "delayed" || kind === "cancelled" ? { delayMs: 30 * dayMs } : {};
  const { id } = await client.start(name, { label: `${name} of the bench`, inputs, ...delay });
  if (kind === "cancelled") await client.cancel(id);
  return id;
}

/** Until every run stands as its kind stands for good. @param {FleetClient} client @param {readonly { kind: string, id: string }[]} runs */
async function settled(client, runs) {
  /** @type {Readonly<Record<string, string>>} */
  const statusOf = {
    failing: "failed",
    asking: "waiting",
    sleeping: "waiting",
    delayed: "pending",
    cancelled: "cancelled",
  };
  for (const { kind, id } of runs)
    while ((await client.get(id)).status !== (statusOf[kind] ?? "completed")) await pause(50);
  // The last job is moved a moment after its run has parked or ended.
  await pause(1_000);
}

/** In turns, so that every list is a mixture, the newest last. @param {import("ioredis").Redis} redis @param {readonly { pattern: import("./patterns.mjs").Pattern, times: number }[]} weighted */
async function writeAll(redis, weighted) {
  const total = Math.max(...weighted.map(({ times }) => times));
  const all = weighted.reduce((sum, { pattern, times }) => sum + times * pattern.ids.length, 0);
  let runs = 0;
  let pipeline = redis.pipeline();
  for (let round = 0; round < total; round += 1) {
    for (const { pattern, times } of weighted) {
      if (Math.floor(((round + 1) * times) / total) === Math.floor((round * times) / total)) continue;
      const at = Date.now() - (all - runs) * apartMs;
      for (const [command, ...args] of written(pattern, { at, newId: newRunId }))
        pipeline.call(command, ...args);
      runs += pattern.ids.length;
      if (pipeline.length < perPipeline * 10) continue;
      await execute(pipeline);
      pipeline = redis.pipeline();
    }
  }
  await execute(pipeline);
  return runs;
}

/** @param {ReturnType<import("ioredis").Redis["pipeline"]>} pipeline */
async function execute(pipeline) {
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

/** @param {FleetClient} client @param {number} schedules */
async function addSchedules(client, schedules) {
  for (let index = 0; index < schedules; index += 1)
    await client.schedule(`nightly-${index}`, { workflow: `short-${index % 8}`, cron: "0 3 1 1 *" });
}

/** Ninety days on which each workflow had a run. @param {import("ioredis").Redis} redis @param {string} namespace @param {readonly string[]} workflows */
async function addUsage(redis, namespace, workflows) {
  const today = Date.now();
  for (let day = 1; day < 90; day += 1) {
    const now = today - day * dayMs;
    const store = createRedisStore({ redis, namespace, leases: "elsewhere", now: () => now });
    await Promise.all(workflows.map((workflow) => spendOnce(store, workflow, now)));
    await store.close();
  }
}

/** @param {import("@runfleet/model").RunStore} store @param {string} workflow @param {number} now */
async function spendOnce(store, workflow, now) {
  const id = newRunId(now);
  const none = {
    parts: { set: {}, remove: [] },
    steps: [],
    facts: [],
    outbox: [],
    outboxDone: [],
    gatesOpened: [],
    gatesClosed: [],
  };
  const usage = { costUsd: 0.0421, turns: 3, durationMs: 1_200, inputTokens: 4_000, outputTokens: 700 };
  await store.createRun({
    ...{
      id,
      rootId: id,
      workflow,
      definitionHash: "gone",
      inputs: {},
      depth: 0,
      pool: "default",
      createdAt: now,
    },
    ...{ dryRun: false, failFast: true, stepTimeoutMs: 1_000, pluginDirs: [], triggeredByHook: false },
  });
  await store.outboxDone([`enqueue:${id}`]);
  const reply = await store.activate({ runId: id, leaseToken: "bench", owner: "bench", recoveriesMax: 5 });
  if (reply.tag !== "activated") throw new Error(`run ${id} is ${reply.tag}`);
  const { fence, run } = reply.activation;
  await store.finish({
    ...{ fence, commitId: "1", ...none, inboxSeen: 1, totals: run.totals, usage },
    ...{ status: "completed", summary: "", retentionMs: 365 * dayMs },
  });
}

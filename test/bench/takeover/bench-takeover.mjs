// Workload w6: takeover. A worker is killed with SIGKILL in the middle of steps; the time until another one has begun these
// steps again, run by run: with the lease everybody has and with a short one, on an idle fleet and on one that has as much to do as
// it can. BullMQ's side has its defaults, and waits beside ours: it takes nothing while it waits.
import { setTimeout as pause } from "node:timers/promises";
import { startMeasured } from "../processes.mjs";
import { reach } from "../reach.mjs";
import { median, rounded } from "../statistics.mjs";

/**
 * @typedef {import("../processes.mjs").Measured} Measured
 * @typedef {import("../processes.mjs").Setup} Setup
 * @typedef {{ median: number, max: number, kills: number }} Times in s
 * @typedef {{ leaseTtlMs: number, idle: Times, loaded: Times }} SettingTimes
 * @typedef {Awaited<ReturnType<typeof benchTakeover>>} TakeoverFigures
 */

/** Kills of each kind. BullMQ's takes a minute, which `quick` does not have. @type {Readonly<Record<import("../workloads.mjs").Scale, { default: number, short: number, bullmq: number }>>} */
const amounts = {
  quick: { default: 1, short: 2, bullmq: 0 },
  full: { default: 3, short: 5, bullmq: 3 },
};
const leases = { default: 10_000, short: 1_000 };
/** Runs in the hand of the worker that is killed. */
const held = 10;
/** BullMQ's kills lie so far apart, so that they meet different moments between two renewals, which are 15 s apart. */
const apartMs = 5_000;
/** Until a fleet under load is under load. */
const settleMs = 2_000;

/**
 * On an empty Redis, with new processes.
 * @param {{ redis: import("ioredis").Redis, setup: Setup, scale: import("../workloads.mjs").Scale }} options
 */
export async function benchTakeover({ setup, scale }) {
  const amount = amounts[scale];
  const theirs = takeOverBullmq(setup, amount.bullmq);
  const client = await startMeasured("runfleet-producer.mjs", setup);
  try {
    const settings = {
      default: await measureSetting({ client, setup, leaseTtlMs: leases.default, kills: amount.default }),
      short: await measureSetting({ client, setup, leaseTtlMs: leases.short, kills: amount.short }),
    };
    return takeoverFigures(settings, await theirs);
  } finally {
    await Promise.all([theirs, client.stop()]);
  }
}

/**
 * Pure.
 * @param {Record<"default" | "short", SettingTimes>} settings
 * @param {Times | undefined} bullmq
 */
export function takeoverFigures(settings, bullmq) {
  const runfleet = settings.default.idle.median;
  return {
    title: "from kill -9 of a worker until another one has begun the step again",
    ...{ unit: "s", better: /** @type {const} */ ("lower"), runfleet },
    bullmq: bullmq?.median ?? null,
    ratio: bullmq === undefined ? null : rounded(runfleet / bullmq.median),
    ...settings,
    ...(bullmq === undefined ? {} : { bullmqMax: bullmq.max, bullmqKills: bullmq.kills }),
  };
}

/**
 * @param {{ client: Measured, setup: Setup, leaseTtlMs: number, kills: number }} options
 * @returns {Promise<SettingTimes>}
 */
async function measureSetting({ client, setup, leaseTtlMs, kills }) {
  /** @param {() => Promise<number[]>} takeOver */
  const repeated = async (takeOver) => {
    /** @type {number[][]} */
    const all = [];
    for (let kill = 0; kill < kills; kill += 1) all.push(await takeOver());
    return timesOf(all);
  };
  const own = { ...setup, leaseTtlMs };
  return {
    leaseTtlMs,
    idle: await repeated(() => takeOver({ client, setup: own })),
    loaded: await repeated(() => takeOver({ client, setup: own, load: "w2" })),
  };
}

/** Seconds of each run. @param {{ client: Measured, setup: Setup, load?: string }} options load: workload that goes on meanwhile */
async function takeOver({ client, setup, load }) {
  const program = "takeover/takeover-worker.mjs";
  const holder = await startMeasured(program, { ...setup, holds: true });
  await client.ask({ type: "produce", workload: "held", runs: held });
  await reach(async () => (await callsOf(holder)).length, held, "runs held");
  const heir = await startMeasured(program, setup);
  if (load !== undefined) await client.ask({ type: "load", workload: load });
  try {
    // A lease is renewed every third of its time: a kill must meet each moment in between.
    await pause(settleMs + (Math.random() * (setup.leaseTtlMs ?? 0)) / 3);
    return await killed(holder, heir);
  } finally {
    await client.ask({ type: "rest" });
    await heir.stop();
  }
}

/** Seconds from the kill until the heir has begun what was held, each. @param {Measured} holder @param {Measured} heir */
async function killed(holder, heir) {
  const killedAt = performance.timeOrigin + performance.now();
  await holder.kill();
  await reach(async () => (await callsOf(heir)).length, held, "taken over");
  return (await callsOf(heir)).map((at) => (at - killedAt) / 1_000);
}

/** @param {Setup} setup @param {number} kills @returns {Promise<Times | undefined>} */
async function takeOverBullmq(setup, kills) {
  if (kills === 0) return undefined;
  const program = "takeover/bullmq-takeover-worker.mjs";
  const all = await Promise.all(
    Array.from({ length: kills }, async (_, kill) => {
      const own = { ...setup, name: `${setup.name}-takeover${kill}` };
      const holder = await startMeasured(program, { ...own, holds: true });
      await holder.ask({ type: "produce", runs: held });
      await reach(async () => (await callsOf(holder)).length, held, "jobs held");
      const heir = await startMeasured(program, own);
      try {
        await pause(kill * apartMs);
        return await killed(holder, heir);
      } finally {
        await heir.stop();
      }
    }),
  );
  return timesOf(all);
}

/** @param {Measured} worker */
async function callsOf(worker) {
  return /** @type {number[]} */ (await worker.ask({ type: "calls" }));
}

/** @param {readonly (readonly number[])[]} kills @returns {Times} */
function timesOf(kills) {
  const all = kills.flat();
  return { median: rounded(median(all)), max: rounded(Math.max(...all)), kills: kills.length };
}

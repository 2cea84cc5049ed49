/**
 * How long a cancel takes, with the worker in a process of its own: from the call until the step's signal is aborted, its
 * processes are gone, or the run has ended. Prints a table; the bounds are the promises. `npm run chaos -- --cancel`.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type EmbeddedRedis, startEmbeddedRedis } from "@runfleet/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../support/eventually.js";
import { isAlive } from "../support/is-alive.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";

/** The defaults of a fleet: a lease of 10 s, renewed every third of it. */
const leaseTtlMs = 10_000;
const renewMs = leaseTtlMs / 3;
const samples = 40;
/** What a renewal itself and a busy machine may take. */
const slackMs = 500;
const byMessageMs = 200;

const workflows = [
  "workflow running { call hang }",
  'workflow shell { inputs { file required } script s { run = "echo $$ > {{file}}; exec sleep 600" } }',
  'workflow gated { gate human_approval { prompt = "go on?" } }',
  'workflow asleep { sleep nap { for = "1h" } }',
  'workflow backing_off { call flaky { retries = 1 retry_delay = "1h" } }',
  "workflow top { call workflow middle }",
  "workflow middle { call workflow running }",
];

let folder: string;
let redis: EmbeddedRedis;
const rows: { readonly what: string; readonly times: readonly number[] }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-cancel-"));
  redis = await startEmbeddedRedis({ dir: join(folder, "redis") });
});
afterAll(async () => {
  process.stdout.write(
    `${["time after the call, ms | median | 95 % | most", ...rows.map(lineOf)].join("\n")}\n`,
  );
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

function lineOf({ what, times }: (typeof rows)[number]): string {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return `${what} | ${at(0.5)} | ${at(0.95)} | ${at(1)}`;
}

type Sample = (fleet: ProcessFleet) => Promise<number>;

/** From the call until the action's signal is aborted, in the worker's process. */
const untilAborted: Sample = async ({ client, noted }) => {
  const { id } = await client.start("running");
  await noted({ key: `${id}:b.0`, what: "begun" });
  const calledAt = Date.now();
  await client.cancel(id);
  return (await noted({ key: `${id}:b.0`, what: "aborted" })).at - calledAt;
};

const untilKilled: Sample = async ({ client, place }) => {
  const file = join(place.folder, `pid-${Math.random()}`);
  const { id } = await client.start("shell", { inputs: { file } });
  const pid = await eventually(
    "the script runs",
    async () => Number(await readFile(file, "utf8").catch(() => "")) || undefined,
  );
  const calledAt = performance.now();
  await client.cancel(id);
  while (isAlive(pid)) await pause(2);
  return Math.round(performance.now() - calledAt);
};

const untilEnded =
  (workflow: string): Sample =>
  async ({ client }) => {
    const { id } = await client.start(workflow);
    await eventually("it waits", async () =>
      (await client.get(id)).status === "waiting" ? true : undefined,
    );
    const calledAt = Date.now();
    await client.cancel(id);
    const { endedAt } = await client.result(id, { timeoutMs: 20_000 });
    return Date.parse(endedAt ?? "") - calledAt;
  };

const untilLowestAborted: Sample = async ({ client, ledger, noted }) => {
  const before = new Set(ledger({ what: "begun" }).map(({ key }) => key));
  const { id } = await client.start("top");
  const { key } = await eventually("the lowest works", () =>
    ledger({ action: "hang", what: "begun" }).find((line) => !before.has(line.key)),
  );
  const calledAt = Date.now();
  await client.cancel(id);
  return (await noted({ key, what: "aborted" })).at - calledAt;
};

async function measure(what: string, fleet: ProcessFleet, sample: Sample): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < samples; index += 1) times.push(await sample(fleet));
  rows.push({ what, times });
  return times;
}

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

test("with messages a step is aborted at once, and what waits ends at once", async () => {
  const fleet = await openProcessFleet({ redisUrl: redis.url, leaseTtlMs, graceMs: 300, workflows });
  try {
    await fleet.faultyWorker({});
    const aborted = await measure("a running action is aborted", fleet, untilAborted);
    expect(Math.max(...aborted)).toBeLessThan(renewMs);
    expect(median(aborted)).toBeLessThan(byMessageMs);
    await measure("a script's processes are gone", fleet, untilKilled);
    for (const workflow of ["gated", "asleep", "backing_off"])
      await measure(`a run has ended that was ${workflow}`, fleet, untilEnded(workflow));
    await measure("an action two runs below is aborted", fleet, untilLowestAborted);
    await measure("a family of three has ended", fleet, untilEnded("top"));
  } finally {
    await fleet.clear();
  }
});

test("without messages a step is aborted within one renewal of its lease", async () => {
  const fleet = await openProcessFleet({ redisUrl: redis.url, leaseTtlMs, graceMs: 300, workflows });
  try {
    await fleet.faultyWorker({ isDeaf: true, concurrency: samples });
    const times = await Promise.all(
      Array.from({ length: samples }, async (_, index) => {
        // Spread over more than one renewal, so that some just miss one.
        await pause((index / samples) * 1.5 * renewMs);
        return untilAborted(fleet);
      }),
    );
    rows.push({ what: "a running action is aborted, no message", times });
    expect(Math.max(...times)).toBeLessThan(renewMs + slackMs);
  } finally {
    await fleet.clear();
  }
});

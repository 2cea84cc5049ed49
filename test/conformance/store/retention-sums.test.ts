/**
 * Whatever ends, is retried, expires and is removed in whichever order: the sums of what is kept are those of the
 * families that are there, and of a removed run no key and no row of a list is left. Steps are drawn from a printed seed.
 */
import { expect, test } from "vitest";
import { createRandom, type Random } from "../../../packages/testing/src/simulated/random.js";
import { sampleFinish } from "./samples.js";
import { type RedisTwin, readKeys, useRedisTwin } from "./twins.js";

const twin = useRedisTwin();
const dayMs = 86_400_000;
const workflows = ["review", "deploy"] as const;

interface World {
  readonly on: RedisTwin;
  readonly random: Random;
  readonly open: Set<string>;
}

async function start({ on, random, open }: World): Promise<void> {
  const parent = random.below(2) === 0 ? [...open][random.below(open.size)] : undefined;
  const run = parent === undefined ? undefined : await on.store.readRun(parent);
  const place =
    run === undefined || run.depth > 2
      ? {}
      : { parentId: run.id, rootId: run.rootId, parentAddress: "b.0", depth: run.depth + 1 };
  open.add(await on.create({ ...place, workflow: workflows[random.below(2)] ?? "review" }));
}

async function end({ on, random, open }: World): Promise<void> {
  const id = [...open][random.below(open.size)];
  if (id === undefined) return;
  open.delete(id);
  const { fence } = await on.activate(id);
  const status = random.below(3) === 0 ? "failed" : "completed";
  await on.store.finish(sampleFinish(fence, { status, retentionMs: random.below(2) === 0 ? dayMs : 50 }));
  await on.leases.release({ runId: id, token: fence.nonce, deadlineMonoMs: 0 });
}

async function retry({ on, random, open }: World): Promise<void> {
  const failed = (await on.store.listRuns({ limit: 100, status: "failed" })).rows;
  const run = failed[random.below(failed.length)];
  if (run === undefined || run.depth > 0) return;
  const reply = await on.store.retryRun({ runId: run.id, by: "ann" });
  if (reply.tag === "retried") open.add(run.id);
}

async function trim({ on, random }: World): Promise<void> {
  const workflow = workflows[random.below(2)] ?? "review";
  const bounds = { countMax: random.below(4), bytesMax: random.below(2) === 0 ? 5_000 : dayMs };
  await on.store.trimKept({ ...{ workflow, limit: 3, sinks: [], sinkWaitMs: 0 }, ...bounds });
}

const steps: readonly ((world: World) => Promise<unknown>)[] = [
  start,
  start,
  end,
  end,
  retry,
  trim,
  ({ on }) => on.store.fileEnded({ limit: 3 }),
  ({ on }) => on.store.removeOrphans({ limit: 3 }),
  ({ on }) => on.store.forgetExpired({ limit: 3 }),
  async ({ on }) => on.clock.advance(20),
];

/** Sum per workflow, made from what is there and not from what was counted. */
async function checkSums({ redis, tag, store }: RedisTwin): Promise<void> {
  const counted = new Map((await store.listKept({ limit: 100 })).rows.map((row) => [row.workflow, row]));
  for (const workflow of workflows) {
    const rows = await redis.zrange(`${tag}:runs:kept:wf:${workflow}`, 0, -1);
    let bytes = 0;
    for (const row of rows) {
      const family = await redis.hget(`${tag}:runs:kept:families`, row.slice(16));
      bytes += Number(family?.split(" ")[0]);
    }
    const found = counted.get(workflow) ?? { runs: 0, bytes: 0 };
    expect(found).toMatchObject({ runs: rows.length, bytes });
  }
}

/** Ids of runs that some key or some row still names, other than the lists of things to do. */
async function named({ redis, tag }: RedisTwin): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const key of await readKeys(redis, tag)) {
    const own = key.slice(tag.length + 1);
    if (own.startsWith("run:")) ids.add(own.split(":")[1] ?? "");
    if (!own.startsWith("runs:") || own === "runs:kept:bytes") continue;
    const isHash = own === "runs:kept:families";
    const rows = isHash ? await redis.hkeys(key) : await redis.zrange(key, 0, -1);
    for (const row of rows) ids.add(isHash ? row : (row.slice(16).split(" ")[0] ?? ""));
  }
  return ids;
}

test.each([1, 2, 3, 4, 5, 6])("sums hold and nothing is left behind, seed %d", async (seed) => {
  const on = twin();
  const world: World = { on, random: createRandom(seed), open: new Set() };
  for (let count = 0; count < 120; count += 1) {
    await steps[world.random.below(steps.length)]?.(world);
    if (count % 10 === 0) await checkSums(on);
  }
  while (world.open.size > 0) await end(world);
  await checkSums(on);

  for (let round = 0; round < 100 && (await named(on)).size > 0; round += 1) {
    await on.store.fileEnded({ limit: 100 });
    for (const workflow of workflows) {
      const all = { countMax: 0, bytesMax: 0, limit: 100, sinks: [], sinkWaitMs: 0 };
      await on.store.trimKept({ workflow, ...all });
    }
    await on.store.removeOrphans({ limit: 100 });
    on.clock.advance(60_000);
    await on.store.forgetExpired({ limit: 100 });
  }
  expect([...(await named(on))]).toEqual([]);
  expect(await on.store.listKept({ limit: 100 })).toEqual({ rows: [] });
});

test("more removed parents than are gone through at once are told to be left", async () => {
  const { store, redis, tag, clock } = twin();
  const parents = Array.from({ length: 25 }, (_, index) => `00${clock.now() - 1_000}:parent-${index}`);
  await redis.zadd(`${tag}:runs:orphaning`, ...parents.flatMap((row) => [0, row]));
  expect(await store.removeOrphans({ limit: 100 })).toBe(100);
  expect(await store.removeOrphans({ limit: 100 })).toBe(5);
  expect(await redis.zcard(`${tag}:runs:orphaning`)).toBe(0);
});

test("removed parents that were not gone through, since one of them had many children, wait for nobody", async () => {
  const { store, redis, tag, clock } = twin();
  const at = clock.now() - 1_000;
  const parents = ["large", "small", "smaller"].map((name) => `00${at}:${name}`);
  const children = Array.from({ length: 3 }, (_, index) => `00${at}:child-${index}`);
  await redis.zadd(`${tag}:runs:orphaning`, ...parents.flatMap((row, index) => [index, row]));
  await redis.zadd(`${tag}:run:large:children`, ...children.flatMap((row) => [0, row]));
  expect(await store.removeOrphans({ limit: 3 })).toBe(3);
  expect(await store.removeOrphans({ limit: 3 })).toBe(2);
  expect(await redis.zcard(`${tag}:runs:orphaning`)).toBe(0);
});

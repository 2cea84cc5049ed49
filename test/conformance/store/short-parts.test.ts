/**
 * Where the parts of a state lie in Redis: short ones in the run's hash while it is small, the others beside it. Whoever
 * reads them does not see it.
 */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { sampleCommit, samplePark, sampleStep } from "./samples.js";
import { readKeys, useRedisTwin } from "./twins.js";

const twin = useRedisTwin();
const long = "x".repeat(65);

test("a run that has nothing long to remember is one hash in its small form", async () => {
  const { store, redis, tag, create, activate } = twin();
  const { fence } = await activate(await create());
  const run = `${tag}:run:${fence.runId}`;
  const set = { core: "[1]", "f:b": '["sequence",1]', "f:b.0": '["gate",1,0,1,2]' };
  const steps = [sampleStep({ status: "waiting" })];
  await store.park(samplePark(fence, { parts: { set, remove: [] }, steps }));
  const keys = (await readKeys(redis, tag)).filter((key) => key.startsWith(run));
  expect(keys.filter((key) => !key.endsWith(":events"))).toEqual([run]);
  expect(await redis.call("OBJECT", "ENCODING", run)).toMatch(/^(?:listpack|ziplist)$/);
  expect(await store.readState(fence.runId)).toEqual(set);
  expect((await store.readSteps({ runId: fence.runId, limit: 5 })).rows).toEqual(steps);
});

test("a part that grows moves out of the run's hash, and back when it is short again", async () => {
  const { store, redis, tag, create, activate } = twin();
  const { fence } = await activate(await create());
  const { runId } = fence;
  let after: { readonly after?: string } = {};
  const places = async (text: string): Promise<string[]> => {
    const commit = sampleCommit(fence, { parts: { set: { "r:plan": text }, remove: [] }, ...after });
    await store.commit(commit);
    after = { after: commit.commitId };
    expect(await store.readState(runId)).toEqual({ "r:plan": text });
    const keys = [`${tag}:run:${runId}`, `${tag}:run:${runId}:state`];
    const found = await Promise.all(keys.map((key) => redis.hexists(key, "r:plan")));
    return keys
      .filter((_, index) => found[index] === 1)
      .map((key) => key.slice(`${tag}:run:${runId}`.length));
  };
  expect(await places("1")).toEqual([""]);
  expect(await places(long)).toEqual([":state"]);
  expect(await places("2")).toEqual([""]);
});

test("whatever comes and goes is read as it was written last, lies in one place, and the run's hash stays small", async () => {
  const { store, redis, tag, create, activate } = twin();
  const random = createRandom(20_260);
  const { fence } = await activate(await create());
  const { runId } = fence;
  const names = ["core", "inputs", ...["f:b", "r:s", "c:", "i:b.0/"].flatMap((kind) => numbered(kind))];
  const held = new Map<string, string>();
  let after: { readonly after?: string } = {};
  for (let count = 0; count < 40; count += 1) {
    const touched = names.filter(() => random.chance(0.2));
    const remove = touched.filter((name) => held.has(name) && random.chance(0.4));
    const set: Record<string, string> = {};
    for (const name of touched.filter((each) => !remove.includes(each)))
      set[name] = "y".repeat(60 + Math.floor(random.next() * 9));
    const commit = sampleCommit(fence, { parts: { set, remove }, ...after });
    await store.commit(commit);
    after = { after: commit.commitId };
    for (const name of remove) held.delete(name);
    for (const [name, text] of Object.entries(set)) held.set(name, text);
    expect(await store.readState(runId)).toEqual(Object.fromEntries(held));
    const own = Object.keys(await redis.hgetall(`${tag}:run:${runId}`));
    const beside = Object.keys(await redis.hgetall(`${tag}:run:${runId}:state`));
    expect(own.filter((name) => beside.includes(name))).toEqual([]);
    expect(own.length).toBeLessThanOrEqual(36);
  }
});

function numbered(kind: string): string[] {
  return Array.from({ length: 12 }, (_, index) => `${kind}${index}`);
}

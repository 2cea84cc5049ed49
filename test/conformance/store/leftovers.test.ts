/** What stays behind when a run is over or a start was refused: nothing that should not. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleCommit, sampleFinish, sampleGate, sampleRun, sampleStep } from "./samples.js";
import { type RedisTwin, readKeys, useRedisTwin } from "./twins.js";

const twin = useRedisTwin();

/** By the list of its children a sweeper finds what else there is to remove. */
const childGraceMs = 86_400_000;

/** A run that has written under every name it can, ended. Gives its id. */
async function endedRun(on: RedisTwin, retentionMs: number): Promise<string> {
  const { store, create, activate, leases } = on;
  const { fence } = await activate(await create({ idempotencyKey: "k" }));
  const { runId } = fence;
  await create({ parentId: runId, parentAddress: "b.0", depth: 1, workflow: "child" });
  await store.commit(
    sampleCommit(fence, {
      parts: { set: { core: "1", inputs: "{}" }, remove: [] },
      steps: [sampleStep()],
      gatesOpened: [sampleGate(runId), sampleGate(runId, { address: "b.2" })],
    }),
  );
  await store.answerGate({ runId, gate: "b.1", verdict: "approved", by: "ann" });
  await store.appendEvent({ runId, event: { type: "signalReceived", at: 1, name: "go" }, dedupeId: "x" });
  await store.finish(sampleFinish(fence, { inboxSeen: 3, retentionMs }));
  await leases.release({ runId, token: fence.nonce, deadlineMonoMs: 0 });
  return runId;
}

test("everything an ended run keeps expires", async () => {
  const { redis, tag } = twin();
  const runId = await endedRun(twin(), 60_000);
  // The list of a workflow lies in leaves that are named by runs.
  const kept = (await readKeys(redis, tag)).filter(
    (key) => key.includes(runId) && !key.includes(":runs:wf:"),
  );
  expect(kept.map((key) => key.replace(`${tag}:run:${runId}`, "run"))).toEqual([
    "run",
    "run:children",
    "run:events",
    "run:gates:answers",
    "run:state",
    "run:steps",
  ]);
  for (const key of kept) {
    const leftMs = await redis.pttl(key);
    expect(leftMs).toBeGreaterThan(30_000);
    const isList = key.endsWith(":children");
    expect(leftMs).toBeLessThanOrEqual(60_000 + (isList ? childGraceMs : 0));
  }
});

test("a child that comes after its parent ended, or expired, leaves nothing behind", async () => {
  const { store, redis, tag } = twin();
  const runId = await endedRun(twin(), 60_000);
  const before = await readKeys(redis, tag);
  for (const parentId of [runId, "never there"]) {
    const child = sampleRun({ parentId, parentAddress: "b.1", depth: 1, idempotencyKey: parentId });
    expect(await store.createRun(child)).toEqual({ tag: "parent_gone" });
  }
  expect(await readKeys(redis, tag)).toEqual(before);
});

test("the next run that finishes takes expired ones out of all lists", async () => {
  const { store, redis, tag, create, activate, clock } = twin();
  const runId = await endedRun(twin(), 1);
  clock.advance(10);
  await expect.poll(async () => await redis.exists(`${tag}:run:${runId}`)).toBe(0);
  const { fence } = await activate(await create({ workflow: "other" }));
  await store.finish(sampleFinish(fence));
  const lists = ["runs:completed", "runs:wf:review", "runs:ended"];
  const rows = await Promise.all(lists.map((list) => redis.zrange(`${tag}:${list}`, 0, 99)));
  expect(rows.flat().filter((row) => row.includes(runId))).toEqual([]);
  const keys = await readKeys(redis, tag);
  // Its child has not ended.
  expect(keys.filter((key) => key.includes(runId))).toEqual([`${tag}:run:${runId}:children`]);
});

test("every key of a store lies under its tag", async () => {
  const { store, redis, tag } = twin();
  await endedRun(twin(), 60_000);
  await store.publish([{ name: "w", hash: "h", json: "{}" }]);
  const namespace = tag.slice(1, tag.indexOf(":"));
  for await (const found of redis.scanStream({ match: `*${namespace}*`, count: 1_000 })) {
    for (const key of found as string[]) expect(key.startsWith(`${tag}:`)).toBe(true);
  }
});

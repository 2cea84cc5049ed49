/** An ended run is given to one run of a foreach. Both stores, the same answers. */
import { expect, test } from "vitest";
import { sampleFinish } from "./samples.js";
import { describeTwins, type Twin } from "./twins.js";

async function endedRun({ store, create, activate }: Twin): Promise<string> {
  const { fence } = await activate(await create());
  await store.finish(sampleFinish(fence));
  return fence.runId;
}

const mine = { by: "W1", childId: "C1" };
const other = { by: "W2", childId: "C2" };

describeTwins("claim_item", (twin) => {
  test("the first one gets it, as often as it asks; others hear whose it is", async () => {
    const { store } = twin();
    const ask = { runId: await endedRun(twin()), consumer: "clean up\neach" };
    expect(await store.claimItem({ ...ask, claim: mine })).toEqual({ tag: "given" });
    expect(await store.claimItem({ ...ask, claim: mine })).toEqual({ tag: "given" });
    expect(await store.claimItem({ ...ask, claim: other })).toEqual({ tag: "claimed", claim: mine });
    expect(await store.claimItem({ ...ask, consumer: "another", claim: other })).toEqual({ tag: "given" });
  });

  test("a claim is replaced only by who names it, and of two that do so one is first", async () => {
    const { store } = twin();
    const ask = { runId: await endedRun(twin()), consumer: "w\neach" };
    await store.claimItem({ ...ask, claim: mine });
    const third = { by: "W3", childId: "C3" };
    expect(await store.claimItem({ ...ask, claim: other, instead: third })).toMatchObject({ tag: "claimed" });
    const replies = await Promise.all(
      [other, third].map((claim) => store.claimItem({ ...ask, claim, instead: mine })),
    );
    expect(replies.map(({ tag }) => tag).sort()).toEqual(["claimed", "given"]);
  });

  test("a run that has not ended, or is not there, is nobody's item", async () => {
    const { store, create } = twin();
    const ask = { consumer: "w\neach", claim: mine };
    expect(await store.claimItem({ ...ask, runId: await create() })).toEqual({ tag: "gone" });
    expect(await store.claimItem({ ...ask, runId: "never there" })).toEqual({ tag: "gone" });
    const runId = await endedRun(twin());
    await store.claimItem({ ...ask, runId });
    const run = await store.readRun(runId);
    expect(run).toMatchObject({ status: "completed" });
  });
});

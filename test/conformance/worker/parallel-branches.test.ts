// The reference's tests of `parallel` (its group M) about what real code does in a branch: throw anything, take long, not listen.
import { expect, test } from "vitest";
import { call, flow, parallel } from "../../support/engine/definitions.js";
import { gives, throws, waits } from "../../support/worker/actions.js";
import { openMemoryFleet, stepLines } from "../../support/worker/memory-fleet.js";

/** The record of the branch whose action throws the value, beside one that succeeds. */
async function thrown(value: unknown) {
  const fleet = await openMemoryFleet({ config: { actions: [throws("bad", value), gives("good")] } });
  const { record, steps } = await fleet.run(
    flow([parallel([call("bad"), call("good")], { failFast: false })]),
  );
  expect(record.status).toBe("failed");
  expect(stepLines(steps)).toEqual(["bad#1 failed", "good#1 completed"]);
  expect(fleet.errors).toEqual([]);
  return { record, error: steps[0]?.error };
}

test("T-PAR-02 an action that throws in a branch fails the branch with its text, and the block names the branch", async () => {
  const { record, error } = await thrown(new TypeError("literal text"));
  expect(error).toEqual({ code: "step_failed", message: "literal text" });
  expect(record.error?.message).toContain("step 'bad' failed after 1 attempt: literal text");
});

test("T-PAR-03 a thrown text is the error's text", async () => {
  const { error } = await thrown("an owned string");
  expect(error?.message).toBe("an owned string");
});

test("T-PAR-04 whatever is thrown fails the branch and nothing else, also what has no text at all", async () => {
  expect((await thrown(42)).error?.message).toBe("42");
  expect((await thrown(undefined)).error?.code).toBe("step_failed");
  const { error } = await thrown(Object.create(null));
  expect(error?.message).toBe("something without a text was thrown");
});

test("T-PAR-06 a cancel is seen while branches take long, and reaches every one of them", async () => {
  const [one, other] = [waits("one"), waits("other")];
  const fleet = await openMemoryFleet({ config: { actions: [one, other] } });
  const { ended } = await fleet.start(flow([parallel([call("one"), call("other")])]));
  await Promise.all([one.begun, other.begun]);
  await fleet.cancel("RUN");
  const { record, steps } = await ended();
  expect(record.status).toBe("cancelled");
  expect([...one.reasons, ...other.reasons]).toEqual(["cancelled", "cancelled"]);
  expect(stepLines(steps)).toEqual(["one#1 cancelled", "other#1 cancelled"]);
});

test("gap M: real cancellation of running branches: a failure aborts the others, whose work does not count", async () => {
  const slow = waits("slow");
  const bad = {
    name: "bad",
    run: async () => {
      await slow.begun;
      throw new Error("no luck");
    },
  };
  const fleet = await openMemoryFleet({ config: { actions: [slow, bad] } });
  const { record, steps } = await fleet.run(flow([parallel([call("slow"), call("bad")]), call("never")]));
  expect(record.status).toBe("failed");
  expect(slow.reasons).toEqual(["fail_fast"]);
  expect(stepLines(steps)).toEqual(["slow#1 cancelled", "bad#1 failed"]);
});

test("branches run at the same time, and each result is in the store before the others have ended", async () => {
  const [one, other] = [waits("one"), waits("other")];
  const fleet = await openMemoryFleet({ config: { actions: [one, other] } });
  const { ended } = await fleet.start(flow([parallel([call("one"), call("other")])]));
  await Promise.all([one.begun, other.begun]);
  one.letGo();
  await expect
    .poll(async () => stepLines((await fleet.remains("RUN")).steps))
    .toEqual(["one#1 completed", "other#1 running"]);
  other.letGo();
  expect((await ended()).record.status).toBe("completed");
});

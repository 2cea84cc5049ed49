/** Many starts in one call: all are checked first, each is answered for. */
import { limits } from "@runfleet/model";
import { afterAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import type { StartEntry } from "./client-options.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store, queue } = under;
afterAll(() => under.close());

const greetings = (count: number, more: Partial<StartEntry> = {}): StartEntry[] =>
  Array.from({ length: count }, (_, n) => ({ workflow: "greet", inputs: { whom: `you ${n}` }, ...more }));

test("250 runs are started, queued and confirmed, and their outcomes come in their order", async () => {
  const progress: number[] = [];
  const before = await queue.counts("default");
  const outcomes = await fleet.startMany(greetings(250), { onProgress: (done) => progress.push(done) });
  expect(progress).toEqual([100, 200, 250]);
  expect((await queue.counts("default")).waiting - before.waiting).toBe(250);
  expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([]);
  const last = outcomes[249];
  if (last?.type !== "started") throw new Error("the last one was not started");
  expect(last.run).toMatchObject({ status: "pending", isRepeat: false });
  expect((await last.run.get()).inputs).toMatchObject({ whom: "you 249" });
});

test("a key that is taken is told of its entry alone, also within one call", async () => {
  const whom = { whom: "you" };
  const outcomes = await fleet.startMany([
    { workflow: "greet", inputs: whom, idempotencyKey: "many" },
    { workflow: "greet", inputs: whom, idempotencyKey: "many" },
    { workflow: "greet", inputs: { whom: "me" }, idempotencyKey: "many" },
    { workflow: "greet", inputs: whom },
  ]);
  expect(outcomes.map((each) => (each.type === "started" ? each.run.isRepeat : each.error.code))).toEqual([
    false,
    true,
    "idempotency_conflict",
    false,
  ]);
});

test.each<[string, StartEntry, string]>([
  ["an unknown workflow", { workflow: "nobody-wrote-this" }, "workflow_not_found"],
  ["a missing input", { workflow: "greet" }, "invalid_input"],
  ["a priority that cannot be", { workflow: "greet", inputs: { whom: "x" }, priority: -1 }, "invalid_usage"],
])("with %s nothing is written, and the entry is named", async (_what, wrong, code) => {
  const before = await under.keys();
  await expect(fleet.startMany([...greetings(3), wrong, ...greetings(3)])).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/^entry 3: /),
    details: { index: 3 },
  });
  expect(await under.keys()).toEqual(before);
});

test("more than the limit is refused, none is nothing", async () => {
  const tooMany = greetings(limits.startManyMax + 1);
  await expect(fleet.startMany(tooMany)).rejects.toMatchObject({ code: "too_large" });
  expect(await fleet.startMany([])).toEqual([]);
});

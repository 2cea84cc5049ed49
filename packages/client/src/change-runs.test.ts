import { doubtGateType, limits, noDeadlineAt } from "@runfleet/model";
import { connectRedis, partitionTag } from "@runfleet/store";
import { afterAll, describe, expect, inject, test } from "vitest";
import { openTcpProxy } from "../../../test/support/chaos/tcp-proxy.js";
import { gateOf, openClientFleet } from "../../../test/support/client-fleet.js";
import { eventually } from "../../../test/support/eventually.js";
import { createClient } from "./index.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

describe("an open gate", () => {
  async function waitingRun(): Promise<string> {
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await under.workOn(id, { gate: gateOf(id) });
    return id;
  }

  test("is listed, answered once, and the run wants to go on", async () => {
    const id = await waitingRun();
    const { gates } = await fleet.gates({ runId: id });
    expect(gates).toEqual([
      expect.objectContaining({
        runId: id,
        name: "human_review",
        address: "b.1",
        prompt: "ship it?",
        label: null,
      }),
    ]);
    expect(await fleet.get(id)).toMatchObject({
      status: "waiting",
      blockedOn: [{ type: "gate", name: "human_review" }],
    });
    await fleet.run(id).approve("human_review", { feedback: "ship it", selections: ["a"] });
    expect((await fleet.get(id)).status).toBe("pending");
    await expect(fleet.reject(id, "human_review")).rejects.toMatchObject({
      code: "gate_answered",
      details: { by: "tester", verdict: "approved", at: expect.stringMatching(/^20.*Z$/) },
    });
  });

  test("is not answered after its deadline, and the refusal says when that was", async () => {
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await under.workOn(id, { gate: { ...gateOf(id), deadline: 86_400_000 } });
    await expect(fleet.approve(id)).rejects.toMatchObject({
      code: "gate_not_found",
      message: expect.stringContaining("timed out at 1970-01-02T00:00:00.000Z"),
    });
  });

  test("is not answered with a selection it does not offer, nor under a name it does not have", async () => {
    const id = await waitingRun();
    await expect(fleet.approve(id, undefined, { selections: ["z"] })).rejects.toMatchObject({
      code: "invalid_input",
    });
    await expect(fleet.approve(id, "other")).rejects.toMatchObject({
      code: "gate_not_found",
      message: expect.stringContaining("human_review (b.1)"),
    });
    await expect(fleet.approve("NOPE")).rejects.toMatchObject({ code: "run_not_found" });
    await fleet.approve(id);
  });
});

describe("the gate of a step in doubt", () => {
  const options = { retry: "run it", done: "go on", fail: "give it up" };
  const inDoubt = (runId: string) => ({
    ...gateOf(runId),
    ...{ name: "charge", gateType: doubtGateType, deadline: noDeadlineAt, options },
  });

  async function doubtfulRun(): Promise<string> {
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await under.workOn(id, { gate: inDoubt(id) });
    return id;
  }

  test("wants one selection and no nonsense, and says so before anything is written", async () => {
    const id = await doubtfulRun();
    const refused = async (options: object, code: string, message: string) => {
      await expect(fleet.approve(id, "charge", options)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    };
    await refused({}, "invalid_input", "wants one selection: retry, done, fail");
    await refused({ selections: ["retry", "done"] }, "invalid_input", "wants one selection");
    await refused({ selections: ["perhaps"] }, "invalid_input", "not perhaps");
    await refused(
      { selections: ["retry"], result: {} },
      "invalid_input",
      "with the selection done, not with retry",
    );
    await refused({ result: { marker: ["x"] } }, "invalid_input", "must look like");
    await refused({ result: { markers: "x" } }, "invalid_input", "markers: ");
    await refused({ result: { context: "x".repeat(limits.contextBytesMax + 1) } }, "too_large", "context");
    await refused({ result: { output: "x".repeat(limits.stepOutputBytesMax) } }, "too_large", "output");
    await refused({ result: { markers: Array(101).fill("x") } }, "too_large", "101 markers");
    expect(await fleet.get(id)).toMatchObject({ status: "waiting" });
    expect((await fleet.gates({ runId: id })).gates).toMatchObject([
      { name: "charge", deadline: "9999-12-31T23:59:59.000Z", options },
    ]);
  });

  test("takes a result, which means that the step is done", async () => {
    const id = await doubtfulRun();
    const result = { markers: ["charged"], output: { receipt: 7 } };
    await fleet.run(id).approve("charge", { result });
    expect(await under.inboxOf(id)).toMatchObject([
      { type: "gateAnswered", address: "b.1", verdict: "approved", selections: ["done"], result },
    ]);
  });

  test("is the only one that takes a result", async () => {
    const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
    await under.workOn(id, { gate: { ...gateOf(id), options: { done: "D" } } });
    await expect(fleet.approve(id, undefined, { result: {} })).rejects.toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("takes no result"),
    });
  });
});

test("the gate of a child names the runs above it, and who should answer", async () => {
  const root = await fleet.start("greet", { inputs: { whom: "you" }, label: "release 7" });
  const family = { rootId: root.id, workflow: "greet", pool: "default", depth: 1 } as const;
  const { definitionHash } = await fleet.get(root.id);
  const child = async (id: string, parentId: string, depth: number) => {
    const start = { inputs: {}, dryRun: false, failFast: true, stepTimeoutMs: 1_000, pluginDirs: [] };
    const place = { id, parentId, parentAddress: "b.4", depth };
    const more = { definitionHash, triggeredByHook: false, createdAt: Date.now() };
    await under.store.createRun({ ...family, ...start, ...place, ...more });
  };
  await child(`${root.id}A`, root.id, 1);
  await child(`${root.id}B`, `${root.id}A`, 2);
  await under.workOn(`${root.id}B`, { gate: { ...gateOf(`${root.id}B`), as: "release-managers" } });
  await child(`${root.id}C`, `${root.id}A`, 2);
  await under.workOn(`${root.id}C`, { gate: gateOf(`${root.id}C`) });
  const { gates } = await fleet.gates({ runId: `${root.id}B` });
  expect(gates).toMatchObject([
    {
      as: "release-managers",
      ancestors: [
        { runId: `${root.id}A`, workflow: "greet", label: null, address: "b.4" },
        { runId: root.id, label: "release 7" },
      ],
    },
  ]);
  const all = (await fleet.gates()).gates.filter(({ runId }) => runId.startsWith(root.id));
  expect(all.map(({ ancestors }) => ancestors.map(({ runId }) => runId))).toEqual([
    [`${root.id}A`, root.id],
    [`${root.id}A`, root.id],
  ]);
});

test("who sends a signal hears whether anybody will ever take it", async () => {
  const source =
    "workflow listens { gate deployed { type = signal } gate go { type = signal signal = started } }";
  const run = await fleet.startDefinition({ source });
  const expected = ["deployed", "started"];
  expect(await run.signal("started")).toEqual({ received: "new", isExpected: true, expected });
  expect(await run.signal("go", { dedupeId: "1" })).toEqual({ received: "new", isExpected: false, expected });
  expect(await run.signal("go", { dedupeId: "1" })).toMatchObject({ received: "duplicate" });
  await expect(fleet.signal("NOPE", "go")).rejects.toMatchObject({ code: "run_not_found" });
});

test("a signal whose answer is lost on the way is one signal, and wakes the run", async () => {
  const redisUrl = inject("redisUrl");
  const tag = partitionTag(under.namespace, 0);
  const { id } = await fleet.start("greet", { inputs: { whom: "you" } });
  await under.workOn(id, { gate: gateOf(id) });
  const proxy = await openTcpProxy(Number(new URL(redisUrl).port));
  const far = createClient({ redis: proxy.url, namespace: under.namespace });
  const redis = connectRedis(redisUrl, { role: "client", tag });
  try {
    await far.signal(id, "ready");
    proxy.swallow();
    const sent = far.signal(id, "go");
    await eventually(
      "both are in the inbox",
      async () => (await redis.llen(`${tag}:run:${id}:inbox`)) === 2 || undefined,
    );
    await proxy.pass();
    expect(await sent).toMatchObject({ received: "new" });
    expect(await under.inboxOf(id)).toMatchObject([{ name: "ready" }, { name: "go" }]);
  } finally {
    redis.disconnect();
    await far.close();
    await proxy.close();
  }
});

import type { Definition } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, store, queue } = under;
afterAll(() => under.close());

const namedAs = (name: string): Definition => ({ ...greet, name });

describe("starting a run", () => {
  test("creates it with defaults and puts it into the queue", async () => {
    const run = await fleet.start("greet", { inputs: { whom: "you", loud: true }, label: "first" });
    expect(run).toMatchObject({ status: "pending", isRepeat: false });
    const document = await run.get();
    expect(document).toMatchObject({
      id: run.id,
      workflow: "greet",
      status: "pending",
      inputs: { whom: "you", tone: "kind", loud: "true" },
      label: "first",
      owner: null,
      error: null,
      parentId: null,
      children: [],
      steps: [],
      startedAt: null,
    });
    expect(await store.outboxPending({ olderThanMs: 0, limit: 10 })).toEqual([]);
    expect((await queue.counts("default")).waiting).toBeGreaterThan(0);
  });

  test("takes the pool of the start, else of the workflow", async () => {
    const source = { source: "workflow heavy { meta { pool = gpu } }" };
    const run = await fleet.startDefinition(source);
    expect((await run.get()).pool).toBe("gpu");
    expect((await queue.counts("gpu")).waiting).toBe(1);
    expect((await (await fleet.start("heavy", { pool: "cpu" })).get()).pool).toBe("cpu");
  });

  test("with the same idempotency key gives the run that exists", async () => {
    const first = await fleet.start("greet", { inputs: { whom: "you" }, idempotencyKey: "k1" });
    const second = await fleet.start("greet", { inputs: { whom: "you" }, idempotencyKey: "k1" });
    expect(second).toMatchObject({ id: first.id, isRepeat: true });
    await expect(
      fleet.start("greet", { inputs: { whom: "me" }, idempotencyKey: "k1" }),
    ).rejects.toMatchObject({
      code: "idempotency_conflict",
      details: { runId: first.id },
    });
  });

  test("publishes a definition together with those it calls and starts exactly that version", async () => {
    const parent: Definition = {
      ...namedAs("parent"),
      inputs: [],
      body: [{ kind: "child", workflow: "kid", inputs: { whom: "x" }, retries: 0 }],
    };
    const run = await fleet.startDefinition(parent, { alongside: [namedAs("kid")] });
    expect(run.status).toBe("pending");
    const names = (await fleet.workflows()).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["kid", "parent"]));
  });

  test("takes workflow text", async () => {
    const source =
      'workflow from-text {\n  meta { description = "d" targets = ["repo"] }\n  script hi { run = "true" }\n}\n';
    const run = await fleet.startDefinition({ source, file: "from-text.wf" });
    expect((await run.get()).workflow).toBe("from-text");
  });
});

describe("a start that is refused writes nothing:", () => {
  type Refusal = [string, () => Promise<unknown>, string];
  const refusals: readonly Refusal[] = [
    ["an unknown workflow", () => fleet.start("nobody-wrote-this"), "workflow_not_found"],
    ["a missing required input", () => fleet.start("greet"), "invalid_input"],
    [
      "a boolean that is neither true nor false",
      () => fleet.start("greet", { inputs: { whom: "x", loud: "yes" } }),
      "invalid_input",
    ],
    [
      "an input of 300 KiB",
      () => fleet.start("greet", { inputs: { whom: "x".repeat(300 * 1024) } }),
      "too_large",
    ],
    [
      "a label that is too long",
      () => fleet.start("greet", { inputs: { whom: "x" }, label: "l".repeat(201) }),
      "too_large",
    ],
    [
      "a label that the lists could not tell from another one",
      () => fleet.start("greet", { inputs: { whom: "x" }, label: "a\0b" }),
      "invalid_usage",
    ],
    ["a negative delay", () => fleet.start("greet", { inputs: { whom: "x" }, delayMs: -1 }), "invalid_usage"],
    [
      "a pool with a colon",
      () => fleet.start("greet", { inputs: { whom: "x" }, pool: "a:b" }),
      "invalid_usage",
    ],
    ...["Upper", "run", "_x"].map(
      (pool): Refusal => [
        `the pool "${pool}"`,
        () => fleet.start("greet", { inputs: { whom: "x" }, pool }),
        "invalid_usage",
      ],
    ),
    ...[
      { delayMs: 365 * 86_400_000 + 1 },
      { priority: 2_097_152 },
      { timeoutMs: 0 },
      { stepTimeoutMs: 0 },
    ].map(
      (options): Refusal => [
        JSON.stringify(options),
        () => fleet.start("greet", { inputs: { whom: "x" }, ...options }),
        "invalid_usage",
      ],
    ),
    [
      "a definition with a missing input",
      () => fleet.startDefinition(namedAs("never-stored")),
      "invalid_input",
    ],
    [
      "workflow text with a mistake",
      () => fleet.startDefinition({ source: "workflow x {", file: "x.wf" }),
      "invalid_definition",
    ],
  ];
  test.each(refusals)("%s", async (_what, start, code) => {
    const before = await under.keys();
    await expect(start()).rejects.toMatchObject({ code });
    expect(await under.keys()).toEqual(before);
  });

  test("a timeout of nothing, and the message says what would do", async () => {
    const start = fleet.start("greet", { inputs: { whom: "x" }, timeoutMs: 0 });
    await expect(start).rejects.toThrow(/^timeoutMs must be a whole number from 1 to \d+, not 0$/);
  });
});

import { afterAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import { createClient } from "./create-client.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

/** As a caller in JavaScript sees it. */
type Loose = Readonly<Record<string, (...given: readonly unknown[]) => Promise<unknown>>>;
const loose = fleet as unknown as Loose;

test.each<[string, readonly unknown[], string]>([
  ["start", [], "start: workflow must be a text or an object, not undefined"],
  ["start", [{}], "start: workflow must be a text or an object with name, not an object"],
  ["start", ["greet", null], "start: options must be an object, not null"],
  ["start", ["greet", { lable: "x" }], 'start: options has no member "lable"; known: inputs, label, '],
  ["start", ["greet", { priority: "high" }], 'start: options.priority must be a number, not "high"'],
  ["start", ["greet", { inputs: [] }], "start: options.inputs must be an object, not a list"],
  ["start", ["greet", { pluginDirs: [1] }], "start: options.pluginDirs.0 must be a text, not 1"],
  ["start", ["greet", { label: Symbol("x") }], "start: options.label must be a text, not a symbol"],
  ["startMany", ["greet"], 'startMany: entries must be a list, not "greet"'],
  ["startMany", [[{}]], "startMany: entries.0.workflow must be a text, not undefined"],
  ["startMany", [[{ workflow: "a", x: 1 }]], 'startMany: entries.0 has no member "x"; known: inputs, '],
  ["startDefinition", ["workflow x {}"], "startDefinition: workflow must be an object, not "],
  ["publish", [{ source: "" }], "publish: workflows must be a list, not an object"],
  ["get", [7], "get: run must be a text, not 7"],
  ["list", [{ status: "odd" }], "list: options.status must be one of pending, running, "],
  ["cancelMany", [{ all: "yes" }], 'cancelMany: filter.all must be true or false, not "yes"'],
  ["approve", ["R", { feedback: "x" }], "approve: gate must be a text, not an object"],
  ["approve", ["R", "g", { selections: "a" }], "approve: options.selections must be a list, not "],
  [
    "events",
    ["R", { after: "zz" }],
    'options.after must be the id of an event, like 1796039997076-0, not "zz"',
  ],
  ["fork", ["R"], "fork: options must be an object, not undefined"],
  ["fork", ["R", {}], "fork: options.from must be a text, not undefined"],
  ["result", ["R", { signal: {} }], "result: options.signal.aborted must be true or false, not undefined"],
  ["schedule", ["s", { cron: "* * * * *" }], "schedule: options.workflow must be a text or "],
  ["schedule", ["s", { workflow: "greet", overlap: "all" }], "options.overlap must be one of skip, allow, "],
  ["setLimit", ["greet", 3], "setLimit: options must be an object, not 3"],
])("%s(%j) is refused before anything is done", async (call, given, message) => {
  await expect((async () => loose[call]?.(...given))()).rejects.toMatchObject({
    code: "invalid_usage",
    message: expect.stringContaining(message),
  });
});

test("a run's handle checks the same, and what answers no promise throws", async () => {
  const run = fleet.run("R") as unknown as Loose;
  await expect(run["cancel"]?.("why")).rejects.toThrow('cancel: options must be an object, not "why"');
  expect(() => loose["events"]?.("R", { until: "noon" })).toThrow(/one of run, history, not "noon"/);
  expect(() => loose["run"]?.()).toThrow("run: run must be a text, not undefined");
});

test("a client is not made of something else", () => {
  const create = createClient as (options: unknown) => unknown;
  expect(() => create("redis://h")).toThrow("createClient: options must be an object");
  expect(() => create({ url: "redis://h" })).toThrow(
    'has no member "url"; known: redis, namespace, partitions, secretKeys, actor, log',
  );
  expect(() => create({ log: "x" })).toThrow("options.log must be a function");
});

test("a long text is not repeated, and undefined is absent", async () => {
  const secret = "s".repeat(50);
  await expect(loose["start"]?.("greet", { priority: secret })).rejects.toThrow("a number, not a text");
  await expect(loose["start"]?.("greet", { inputs: { whom: "x" }, label: undefined })).resolves.toMatchObject(
    { status: "pending" },
  );
});

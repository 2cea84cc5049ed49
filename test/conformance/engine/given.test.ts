// What a step is said to have been given: the names its texts use first, what is bounded, what is masked, what is unknown.
import { givenTo } from "@runfleet/engine";
import { type Definition, limits, type RunRecord, zeroTotals } from "@runfleet/model";
import { expect, test } from "vitest";
import { runDocument } from "../../../packages/client/src/run-document.js";
import {
  call,
  child,
  flow,
  foreach,
  gate,
  parallel,
  script,
  sleep,
} from "../../support/engine/definitions.js";
import { runInfo } from "../../support/engine/world.js";
import { type PerformRunOptions, performRun } from "../../support/worker/perform-run.js";

async function performed(definition: Definition, options: PerformRunOptions = {}) {
  const { steps, actions, decision } = await performRun(definition, options);
  const { status } = decision;
  const run = runInfo(options.run);
  const record = { ...run, status, generation: 1, recoveries: 0, blockedOn: [], totals: zeroTotals() };
  const document = runDocument(record as RunRecord, { steps, children: [] });
  const given = (address: string, attempt?: number) => {
    const found = givenTo(document, definition, { address, ...(attempt === undefined ? {} : { attempt }) });
    if (found === undefined) throw new Error(`nothing at ${address}`);
    const values = Object.fromEntries(found.variables.map(({ name, value }) => [name, value]));
    return { ...found, values };
  };
  return { document, given, actions };
}

const leaving = (output: object): PerformRunOptions => ({
  config: { fallback: { name: "any", run: async () => ({ context: "said", output }) } },
});

test("the names that texts use come first, with the texts; a name without a value is named too", async () => {
  const body = [
    script("say", { run: "echo {{ inputs.b }} {{none}} {{b}}", env: { A: "{{a}}", B: "{{b}}" } }),
    gate("human_review", { prompt: "{{b}}?" }),
    sleep("nap", "{{a}}"),
    child("kid", { inputs: { x: "{{prior_context}}{{b}}" } }),
  ];
  const { given } = await performed(flow(body), { run: { inputs: { a: "0s", b: "B" } }, feedback: "do it" });
  const used = (address: string) =>
    given(address)
      .variables.filter(({ usedIn }) => usedIn.length > 0)
      .map(({ name, value, usedIn }) => [name, value, ...usedIn]);
  expect(used("b.0")).toEqual([
    ["b", "B", "run", "env.B"],
    ["none", null, "run"],
    ["a", "0s", "env.A"],
  ]);
  expect(used("b.1")).toEqual([["b", "B", "prompt"]]);
  expect(used("b.2")).toEqual([["a", "0s", "for"]]);
  expect(used("b.3").map(([name]) => name)).toEqual(["prior_context", "b"]);
  expect(given("b.1").values).not.toHaveProperty("gate_feedback");
  expect(given("b.2").values).toMatchObject({ gate_feedback: "do it" });
  const others = given("b.3").variables.slice(2);
  expect(others.map(({ name }) => name)).toEqual([...others.map(({ name }) => name)].sort());
});

test("in one and the same millisecond a step sees what came before it, and not the branches beside it", async () => {
  const body = [call("a"), parallel([call("b"), call("c")]), call("d")];
  const { given, actions } = await performed(flow(body), leaving({ tag: "v1" }));
  expect(actions).toHaveLength(4);
  for (const { address, attempt, variables } of actions)
    expect(given(address, attempt).values, address).toEqual({ ...variables });
});

test("a secret stays masked, and no step's output of its name takes its place", async () => {
  const run = { inputs: { token: "***" }, secretInputs: ["token"] };
  const { given } = await performed(flow([call("a"), script("b", { run: "{{token}}" })]), {
    ...leaving({ token: "not the secret" }),
    run,
  });
  expect(given("b.1").values["token"]).toBe("***");
});

test("values and names are bounded, and say so", async () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`n${index}`, "x"]));
  const run = { inputs: { ...many, long: "é".repeat(2_000) } };
  const { given } = await performed(flow([script("say", { run: "echo {{long}}" })]), { run });
  const { variables, leftOut } = given("b.0");
  expect(variables).toHaveLength(limits.givenNamesMax);
  expect(leftOut).toBeGreaterThan(100);
  expect(variables[0]).toMatchObject({ name: "long", isCut: true });
  expect(Buffer.byteLength(variables[0]?.value ?? "")).toBeLessThanOrEqual(limits.givenValueBytesMax);
  expect(variables[0]?.value).toMatch(/^é+…$/);
});

test("what cannot be known is said", async () => {
  const body = [call("a"), foreach("each", { inputs: { x: "{{item.id}}" } })];
  const { given, document } = await performed(flow(body), leaving({}));
  expect(given("b.0").unknown.join()).toMatch(/runContext.*agent's file/);
  const items = given("b.1");
  expect(items.unknown.join()).toContain("item.…");
  expect(items.variables[0]).toMatchObject({ name: "item.id", value: null, usedIn: ["inputs.x"] });
  expect(givenTo(document, flow(body), { address: "b.9" })).toBeUndefined();
  expect(givenTo(document, flow(body), { address: "b.0", attempt: 2 })).toBeUndefined();
});

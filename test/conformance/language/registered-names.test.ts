// The reference's tests of building an engine and of what it checks before a run (group E), as far as they are not
// about validating a definition (those are beside the validator). Registries here belong to a worker's configuration;
// who starts a run is another process and hands over a definition.
import { builtinItemProviders, parseWorkflow, validateDefinition } from "@runfleet/language";
import { type Definition, isRunfleetError } from "@runfleet/model";
import { defineAction, defineConfig } from "@runfleet/worker";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createRegistry } from "../../../packages/worker/src/registry.js";
import { type ClientFleet, openClientFleet } from "../../support/client-fleet.js";

const alpha = defineAction({ name: "alpha", run: () => Promise.resolve({ markers: ["a"] }) });
const any = defineAction({ name: "any", run: () => Promise.resolve({ markers: ["any"] }) });

function parse(source: string): Definition {
  const { definition } = parseWorkflow(source);
  if (definition === undefined) throw new Error("the source has errors");
  return definition;
}

describe("actions are looked up by name", () => {
  test("T-ENG-01 a registered action takes its name", () => {
    expect(createRegistry({ actions: [alpha] }).action("alpha")).toBe(alpha);
    expect(createRegistry({ actions: [alpha] }).action("beta")).toBeUndefined();
  });

  test("T-ENG-02 the fallback takes every other name", () => {
    expect(createRegistry({ fallback: any }).action("whatever")).toBe(any);
  });

  test("T-ENG-03 a registered action comes before the fallback", () => {
    const registry = createRegistry({ actions: [alpha], fallback: any });
    expect([registry.action("alpha"), registry.action("beta")]).toEqual([alpha, any]);
  });

  test("T-ENG-04 there is one fallback, and no name twice", () => {
    // @ts-expect-error a second fallback has no place to be written
    defineConfig({ fallback: [any, alpha] });
    const twice = (): unknown => createRegistry({ actions: [alpha, alpha] });
    expect(twice).toThrow(
      expect.toSatisfy((error) => isRunfleetError(error) && error.code === "invalid_config"),
    );
  });

  test("T-ENG-05 what the configuration says about the environment of scripts is kept", async () => {
    const config = defineConfig({ scriptEnv: () => ({ CUSTOM_VAR: "42" }) });
    const run = { id: "r", workflow: "w", inputs: {} };
    expect(await config.scriptEnv?.({ run })).toEqual({ CUSTOM_VAR: "42" });
  });
});

test("every worker has the item providers that validation counts as built in", () => {
  expect(createRegistry({}).itemProviderNames).toEqual([...builtinItemProviders].sort());
});

describe("a definition is held to the registries it is given", () => {
  test("T-ENG-15 actions that one place has and another lacks", () => {
    const definition = parse("workflow w { call alpha }");
    const here = new Set(createRegistry({ actions: [alpha] }).actionNames);
    const there = new Set(createRegistry({}).actionNames);
    expect(validateDefinition(definition, { actions: here })).toEqual([]);
    expect(validateDefinition(definition, { actions: there })).toMatchObject([{ code: "unknown_action" }]);
  });

  test("T-ENG-16 item providers that one place has and another lacks", () => {
    const definition = parse("workflow w { foreach f { over = tickets max_parallel = 1 workflow = c } }");
    const tickets = { items: () => Promise.resolve({ items: [] }) };
    const here = new Set(createRegistry({ items: { tickets } }).itemProviderNames);
    const there = new Set(createRegistry({}).itemProviderNames);
    expect(validateDefinition(definition, { itemProviders: here })).toEqual([]);
    expect(validateDefinition(definition, { itemProviders: there })).toMatchObject([
      { code: "unknown_item_provider" },
    ]);
  });
});

describe("an invalid workflow", () => {
  let fleet: ClientFleet;
  beforeAll(async () => {
    fleet = await openClientFleet(inject("redisUrl"));
  });
  afterAll(() => fleet.close());

  test("T-ENG-17 is refused before anything is written", async () => {
    const before = await fleet.keys();
    const source = "workflow broken { if nobody.ready { call plan } }";
    await expect(fleet.fleet.startDefinition({ source })).rejects.toMatchObject({
      code: "invalid_definition",
      message: expect.stringContaining("no step `nobody` can have run before this"),
    });
    expect(await fleet.keys()).toEqual(before);
  });
});

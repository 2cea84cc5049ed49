// The reference's tests of its registries of gate resolvers and item providers (group G). Here both are members of a
// worker's configuration.
import { parseWorkflow, validateDefinition } from "@runfleet/language";
import { defineConfig, type GateResolver, type ItemProvider } from "@runfleet/worker";
import { describe, expect, test } from "vitest";
import { createRegistry } from "../../../packages/worker/src/registry.js";

const resolver: GateResolver = { poll: () => Promise.resolve({ verdict: "pending" }) };
const dummy: ItemProvider = {
  items: ({ filter }) => Promise.resolve({ items: [{ id: filter["id"] ?? "", ref: "", context: {} }] }),
};

describe("gate resolvers", () => {
  test("T-GREG-01 a registered type is known, another is not", () => {
    const registry = createRegistry(defineConfig({ gates: { pr_approval: resolver } }));
    expect(registry.gate("pr_approval")).toBe(resolver);
    expect(registry.gate("pr_checks")).toBeUndefined();
  });

  test("T-GREG-02 without registrations no type has a resolver, not even names that every object has", () => {
    const registry = createRegistry({});
    for (const type of ["human_approval", "pr_checks", "constructor"]) {
      expect(registry.gate(type)).toBeUndefined();
    }
  });

  test("T-GREG-03 names for messages are sorted, in whatever order they were registered", () => {
    const action = (name: string) => ({ name, run: () => Promise.resolve({}) });
    const registry = createRegistry({
      actions: [action("zeta"), action("alpha")],
      items: { zoo: dummy, ants: dummy },
    });
    expect(registry.actionNames).toEqual(["alpha", "zeta"]);
    expect(registry.itemProviderNames).toEqual(["ants", "json", "range", "workflow_runs", "zoo"]);
  });

  test("T-GREG-04 nothing registered: only gates that people, signals and thresholds decide are valid", () => {
    const gatesOf = (type: string) =>
      validateDefinition(
        parseWorkflow(`workflow w { gate ${type} { timeout = 1h } }`).definition ?? expect.fail("no text"),
        { gateTypes: new Set() },
      ).map(({ code }) => code);
    expect(gatesOf("human_approval")).toEqual([]);
    expect(gatesOf("human_review")).toEqual([]);
    expect(gatesOf("pr_approval")).toEqual(["unknown_gate_type"]);
  });
});

describe("item providers", () => {
  test("T-IREG-01 a registered provider is found, another name is not", () => {
    const registry = createRegistry(defineConfig({ items: { dummy } }));
    expect(registry.items("dummy")).toBeDefined();
    expect(registry.items("other")).toBeUndefined();
  });

  test("T-IREG-02 what is found under a name is what was registered, also in place of a built-in one", () => {
    const registry = createRegistry({ items: { dummy, json: dummy } });
    expect(registry.items("dummy")).toBe(dummy);
    expect(registry.items("json")).toBe(dummy);
  });

  test("T-IREG-03 a provider lists the items it is asked for", async () => {
    const request = {
      run: { id: "r", workflow: "w", inputs: {} },
      filter: { id: "item-1" },
      step: { name: "each", address: "b.0", attempt: 1 },
      signal: new AbortController().signal,
    };
    expect(await createRegistry({ items: { dummy } }).items("dummy")?.items(request)).toEqual({
      items: [{ id: "item-1", ref: "", context: {} }],
    });
  });
});

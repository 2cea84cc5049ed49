import { describe, expect, it } from "vitest";
import { definitionSchema } from "./definition.js";
import { acceptInputs } from "./inputs.js";
import { newRootRun } from "./new-root-run.js";

const definition = definitionSchema.parse({
  name: "tidy",
  description: "d",
  trigger: "scheduled",
  targets: ["repo"],
  inputs: [
    { name: "whom", type: "string", required: true },
    { name: "deep", type: "boolean", required: false },
  ],
  body: [],
  always: [],
});
const target = { definition, hash: "h" };
const made = { id: "RUN", now: 7_000 };

describe("a run that is started", () => {
  it("has the defaults of every start where nothing was chosen", () => {
    expect(newRootRun(target, { inputs: {} }, made)).toEqual({
      ...{ id: "RUN", rootId: "RUN", depth: 0, workflow: "tidy", definitionHash: "h", inputs: {} },
      ...{ dryRun: false, failFast: true, stepTimeoutMs: 12 * 3_600_000, pluginDirs: [] },
      ...{ triggeredByHook: false, pool: "default", createdAt: 7_000 },
    });
  });

  it("has the workflow's timeout unless the start chose one", () => {
    const limited = { ...target, definition: { ...definition, timeoutMs: 5 } };
    expect(newRootRun(limited, { inputs: {} }, made)).toMatchObject({ timeoutMs: 5 });
    expect(newRootRun(limited, { inputs: {}, timeoutMs: 9 }, made)).toMatchObject({ timeoutMs: 9 });
  });

  it("keeps what was chosen", () => {
    const choices = { label: "l", priority: 3, delayMs: 4, model: "m", identity: "i", idempotencyKey: "k" };
    const run = newRootRun(target, { ...choices, inputs: { whom: "you" }, pool: "gpu" }, made);
    expect(run).toMatchObject({ ...choices, inputs: { whom: "you" }, pool: "gpu" });
  });
});

describe("inputs of a run that is started", () => {
  it("are completed, or refused by name", () => {
    expect(acceptInputs(definition, { whom: "you" })).toEqual({ whom: "you", deep: "false" });
    expect(() => acceptInputs(definition, {})).toThrow('workflow "tidy" needs the input "whom"');
  });

  it("are refused when a boolean is none", () => {
    expect(() => acceptInputs(definition, { whom: "you", deep: "yes" })).toThrow(
      'input "deep" of workflow "tidy" is a boolean: "true" or "false", not "yes"',
    );
  });
});

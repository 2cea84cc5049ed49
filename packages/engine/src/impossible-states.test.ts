/** States that no run can have: the run stops loudly instead of going on from them. */
import type { RunState } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, flow } from "../../../test/support/engine/definitions.js";
import { ok, runInfo, start } from "../../../test/support/engine/world.js";
import { decide } from "./decide.js";
import type { DecideEnv } from "./decision.js";
import { newState } from "./new-state.js";
import { compile } from "./plan.js";

const env: DecideEnv = { now: start, run: runInfo(), childId: () => "child" };
const plan = compile(flow([call("a")]));

function running(): RunState {
  return decide(plan, newState(env.run, start), [{ type: "started", at: start }], env).state;
}

test("a step that is open below nothing", () => {
  const state = running();
  delete state.frames["b"];
  const ended = { type: "attemptEnded", address: "b.0", attempt: 1, outcome: ok() } as const;
  expect(() => decide(plan, state, [ended], env)).toThrow("b.0 is open and b above it is not");
});

test("a body that was stopped and nobody asked for it", () => {
  const state = running();
  const frame = state.frames["b.0"];
  if (frame?.kind === "call") frame.phase = "stopping";
  const activated = { type: "activated", worker: "w", generation: 2 } as const;
  expect(() => decide(plan, state, [activated], env)).toThrow("nobody asked for it");
});

// Group Y of the reference's tests: what a call carries beyond the ordinary. There it is a bag of typed values, here named
// members of the command, which have to survive being written as JSON.
import { compile, decide, newState } from "@runfleet/engine";
import type { Node, RunAction } from "@runfleet/model";
import { expect, test } from "vitest";
import { block, call, flow, parallel } from "../../support/engine/definitions.js";
import { runInfo, start } from "../../support/engine/world.js";

/** The calls that the first decision asks for. */
function asked(body: Node[]): RunAction[] {
  const run = runInfo();
  const env = { now: start, run, childId: () => "child" };
  const { commands } = decide(
    compile(flow(body)),
    newState(run, start),
    [{ type: "started", at: start }],
    env,
  );
  return commands.filter((command) => command.type === "runAction");
}

test("T-EXT-01 what was set is there", () => {
  expect(asked([call("a", { output: "verdict" })])[0]).toMatchObject({ output: "verdict" });
});

test("T-EXT-02 what was not set is absent", () => {
  const [command] = asked([call("a")]);
  expect(command).not.toHaveProperty("output");
  expect(command?.node).not.toHaveProperty("maxTurns");
});

test("T-EXT-03 the later value wins: the inner block's over the outer one's, the call's own over both", () => {
  const inside = (own: { output?: string }) =>
    asked([block([block([call("a", own)], { output: "inner" })], { output: "outer" })])[0]?.output;
  expect(inside({})).toBe("inner");
  expect(inside({ output: "own" })).toBe("own");
});

test("T-EXT-04 values of different kinds are independent", () => {
  const [command] = asked([call("a", { output: "verdict", maxTurns: 50, pluginDirs: ["p"], with: ["s"] })]);
  expect(command).toMatchObject({
    output: "verdict",
    pluginDirs: ["p"],
    with: ["s"],
    node: { maxTurns: 50 },
  });
});

test("T-EXT-05 branches share one record of variables instead of copying it", () => {
  const [one, other] = asked([parallel([call("a"), call("b")])]);
  expect(one?.variables).toBe(other?.variables);
});

test("T-EXT-06 max_turns survives the way through JSON", () => {
  const [command] = asked([call("a", { maxTurns: 50 })]);
  expect((JSON.parse(JSON.stringify(command)) as RunAction).node.maxTurns).toBe(50);
});

/**
 * A decision costs what it decides, not what happened before: the same parts are written, equally many bytes, and equally
 * much of the state is looked at, early and late. Counted, not timed; `npm run bench -- --engine` has the times.
 */
import type { Definition, EngineEvent, Item, Outcome, RunState } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { call, doWhile, flow, foreach, parallel } from "../../../test/support/engine/definitions.js";
import { childResult, item, ok, runInfo, start } from "../../../test/support/engine/world.js";
import { decide } from "./decide.js";
import type { DecideEnv, Decision } from "./decision.js";
import { newState } from "./new-state.js";
import { decodeState, encodeState } from "./parts.js";
import { compile } from "./plan.js";

const env: DecideEnv = { now: start, run: runInfo(), childId: ({ itemId = "" }) => `child of ${itemId}` };
const said: Outcome = ok({ markers: ["again"], context: "looked at it", output: '{"summary":"fine"}' });

/** A run of one definition whose work ends when told, one decision each. */
function runOf(definition: Definition) {
  const plan = compile(definition);
  let decision = decide(plan, newState(env.run, start), [{ type: "started", at: start }], env);
  const commands = [...decision.commands];
  const send = (event: EngineEvent): Decision => {
    decision = decide(plan, decision.state, [event], env);
    commands.push(...decision.commands);
    return decision;
  };
  const endNext = (): Decision => {
    const command = commands.shift();
    if (command?.type === "startChild") {
      const { childId, address } = command;
      return send({ type: "childFinished", at: start, childId, address, result: childResult() });
    }
    if (command?.type !== "runAction") throw new TypeError("nothing is asked for");
    return send({ type: "attemptEnded", address: command.address, attempt: command.attempt, outcome: said });
  };
  return {
    plan,
    send,
    endNext,
    nextCommand: () => commands[0],
    state: () => decision.state,
    /** Lets work end until so many pieces have. */
    endUntil(count: number, from = 0): Decision {
      for (let ended = from; ended < count; ended += 1) endNext();
      return decision;
    },
  };
}

/** Names of the parts written, without the numbers in them, and their bytes. */
function written({ parts }: Decision): { names: string[]; bytes: number } {
  const names = [...Object.keys(parts.set), ...parts.remove].map((name) => name.replace(/\d+/g, "n"));
  return { names: names.sort(), bytes: Object.values(parts.set).join("").length };
}

const bytesOf = (state: RunState): number => JSON.stringify(encodeState(state)).length;

const longLoop = flow([doWhile("step.again", [call("step")], { maxIterations: 1e6, stuckAfter: 1e6 })]);

test("after 4,500 iterations of a loop a step writes the same parts and bytes as after 1,500, and the state has its size", () => {
  const run = runOf(longLoop);
  // All numbers have four digits in between, so that sizes are equal to the byte.
  const early = written(run.endUntil(1_500));
  const earlyBytes = bytesOf(run.state());
  const late = written(run.endUntil(4_500, 1_500));
  expect(late).toEqual(early);
  expect(bytesOf(run.state())).toBe(earlyBytes);
});

test("after 2,000 steps a decision looks at as much of the state as after 400", () => {
  const run = runOf(flow(Array.from({ length: 2_010 }, (_, index) => call(`step${index % 50}`))));
  const looksAfter = (count: number, from: number): number => {
    run.endUntil(count, from);
    return looksOfNextStep(run);
  };
  const few = looksAfter(10, 0);
  const many = looksAfter(400, 11);
  expect(looksAfter(2_000, 401)).toBe(many);
  // Until the remembered contexts are all there, each is counted; that is all.
  expect(many - few).toBeLessThan(6 * limits.contextEntriesMax);
});

test("opening a definition of 5,000 nodes writes as much as opening one of 50", () => {
  const opened = (nodes: number): unknown => {
    const body = Array.from({ length: nodes }, () => call("step"));
    const plan = compile(flow(body));
    return decide(plan, newState(env.run, start), [{ type: "started", at: start }], env).parts;
  };
  expect(opened(5_000)).toEqual(opened(50));
});

test("the end of a branch writes the same however many branches there are", () => {
  const endOfOne = (branches: number) => {
    const run = runOf(
      flow([parallel(Array.from({ length: branches }, (_, index) => call(`branch${index}`)))]),
    );
    return written(run.endUntil(2)).names;
  };
  expect(endOfOne(limits.branchesMax)).toEqual(endOfOne(8));
});

test.each([false, true])(
  "the end of an item writes the same however long the list is (ordered: %s)",
  (ordered) => {
    const endOfOne = (count: number) => {
      const run = runOf(flow([foreach("each", { ordered, maxParallel: 4 })]));
      const items: Item[] = Array.from({ length: count }, (_, index) => item(`i${index}`));
      const dependencies = items.slice(4).map((one, index): [string, string] => [`i${index}`, one.id]);
      run.send({ type: "itemsCollected", address: "b.0", items, dependencies });
      expect(run.nextCommand()).toMatchObject({ type: "collectItems" });
      return written(endItem(run, "i0"));
    };
    const [few, many] = [endOfOne(100), endOfOne(2_000)];
    expect(many.names).toEqual(few.names);
    // Totals of the list have more digits.
    expect(many.bytes - few.bytes).toBeLessThan(10);
  },
);

test("what a step may read of earlier contexts is what there was when it began, whenever it reads", () => {
  const run = runOf(longLoop);
  run.endUntil(3);
  const command = run.nextCommand();
  run.endUntil(300, 3);
  const { variables } = command?.type === "runAction" ? command : { variables: {} as Record<string, string> };
  const entries = JSON.parse(variables["prior_contexts"] ?? "") as unknown[];
  expect(entries).toHaveLength(3);
  expect(entries[2]).toEqual({
    ...{ step: "step", iteration: 2, context: "looked at it", markers: ["again"] },
    ...{ structured_output: '{"summary":"fine"}', output_file: null },
  });
  expect({ ...variables }["prior_contexts"]).toBe(variables["prior_contexts"]);
});

function endItem(run: ReturnType<typeof runOf>, itemId: string): Decision {
  const childId = `child of ${itemId}`;
  return run.send({ type: "childFinished", at: start, childId, address: "b.0", result: childResult() });
}

/** How many members of the state are read by the decision on the next step's end. */
function looksOfNextStep(run: ReturnType<typeof runOf>): number {
  const command = run.nextCommand();
  if (command?.type !== "runAction") throw new TypeError("no step is open");
  const { address, attempt } = command;
  let looks = 0;
  const state = watched(decodeState(encodeState(run.state())), (members) => {
    looks += members;
  });
  decide(run.plan, state, [{ type: "attemptEnded", address, attempt, outcome: said }], env);
  run.endNext();
  return looks;
}

/** The same value; whoever reads a member, or lists all, is counted. */
function watched<T extends object>(value: T, onRead: (members: number) => void): T {
  return new Proxy(value, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      onRead(1);
      return typeof member === "object" && member !== null ? watched(member, onRead) : member;
    },
    ownKeys(target) {
      const keys = Reflect.ownKeys(target);
      onRead(keys.length);
      return keys;
    },
  });
}

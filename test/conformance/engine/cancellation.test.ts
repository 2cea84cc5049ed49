// The reference's tests of cancellation (group AA). It has a tree of tokens; here a request is an event, what hangs
// together are blocks and families of runs, and what a worker's code sees is an AbortSignal.
import { describe, expect, test } from "vitest";
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
import { childResult, createWorld, failed, hangs, item, ok } from "../../support/engine/world.js";

const aborted = { type: "cancelled", reason: "aborted" } as const;

function running(...names: string[]) {
  const steps = Object.fromEntries(names.map((name) => [name, [hangs] as const]));
  const world = createWorld(flow([parallel(names.map((name) => call(name))), call("next")]), { steps });
  world.start();
  return world;
}

describe("a request", () => {
  test("T-CAN-01 a run nobody cancelled knows of no cancel", () => {
    const world = running("a");
    expect(world.state().core).not.toHaveProperty("cancel");
    expect(world.decision()?.status).toBe("running");
  });

  test("T-CAN-02 a request makes the run cancelling", () => {
    expect(running("a").cancel().status).toBe("cancelling");
  });

  test("T-CAN-03 the reason is kept to the end", () => {
    const world = running("a");
    world.cancel("wrong branch");
    world.attemptEnds("b.0.0", 1, aborted);
    expect(world.decision()?.ended).toMatchObject({
      status: "cancelled",
      error: { message: "wrong branch" },
    });
    expect(world.facts.at(-1)).toEqual({ type: "run.cancelled", reason: "wrong branch" });
  });

  test("T-CAN-04 the first request wins: a later one changes nothing, nor does a timeout", () => {
    const world = createWorld(flow([call("a")]), { steps: { a: [hangs] }, run: { timeoutMs: 100 } });
    world.start();
    world.cancel("first");
    world.cancel("second");
    world.advance(200);
    world.attemptEnds("b.0", 1, aborted);
    expect(world.decision()?.ended).toMatchObject({ status: "cancelled", error: { message: "first" } });
  });

  test("T-CAN-05 what is stopped because a sibling failed says so", () => {
    const world = createWorld(flow([parallel([call("bad"), call("slow")])]), {
      steps: { bad: [hangs], slow: [hangs] },
    });
    world.start();
    world.attemptEnds("b.0.0", 1, {
      type: "failed",
      error: { code: "boom", message: "no" },
      retryable: false,
    });
    expect(world.asked("abortAttempt")).toMatchObject([{ address: "b.0.1", reason: "fail_fast" }]);
    world.attemptEnds("b.0.1", 1, aborted);
    expect(world.facts).toContainEqual(
      expect.objectContaining({ type: "step.cancelled", name: "slow", reason: "fail_fast" }),
    );
  });
});

describe("what hangs together", () => {
  test("T-CAN-06 cancelling a run stops everything that is open in it", () => {
    const world = running("a", "b");
    world.cancel();
    expect(world.asked("abortAttempt").map(({ address }) => address)).toEqual(["b.0.0", "b.0.1"]);
  });

  test("T-CAN-07 what is stopped is told the reason of the request", () => {
    const world = running("a");
    world.cancel("maintenance");
    world.attemptEnds("b.0.0", 1, aborted);
    expect(world.facts).toContainEqual(
      expect.objectContaining({ type: "step.cancelled", reason: "maintenance" }),
    );
  });

  test("T-CAN-08 a cancelled child does not cancel its parent: the step has failed, and `on_fail` may forgive it", () => {
    const world = createWorld(flow([child("review", { onFail: { kind: "continue" } }), call("next")]), {
      children: { review: [childResult({ status: "cancelled" })] },
    });
    expect(world.start().ended?.status).toBe("completed");
    expect(world.asked("runAction").map(({ action }) => action)).toEqual(["next"]);
  });

  test("T-CAN-09 a stopped block leaves what is outside of it alone", () => {
    const world = createWorld(flow([parallel([call("bad"), call("slow")]), call("other")]), {
      steps: {
        bad: [{ type: "failed", error: { code: "boom", message: "no" }, retryable: false }],
        slow: [hangs],
      },
      run: { failFast: false },
    });
    world.start();
    world.attemptEnds("b.0.1", 1, aborted);
    expect(world.asked("runAction").map(({ action }) => action)).toContain("other");
    expect(world.state().core).not.toHaveProperty("cancel");
  });

  test("T-CAN-10 blocks within blocks and children are reached from the run", () => {
    const world = createWorld(
      flow([
        { kind: "branch", negate: false, condition: { kind: "input", input: "go" }, body: [child("review")] },
      ]),
      {
        children: { review: [hangs] },
        run: { inputs: { go: "true" } },
      },
    );
    world.start();
    world.cancel("enough");
    expect(world.asked("cancelChild")).toMatchObject([{ reason: "enough" }]);
  });

  test("T-CAN-11 a state read back from the store is cancelled as the one it was", () => {
    const world = running("a");
    world.cancel("enough");
    world.activate();
    expect(world.state().core.cancel).toMatchObject({ cause: "request", reason: "enough", by: "ann" });
    expect(world.asked("runAction").map(({ action }) => action)).toEqual(["a"]);
    expect(world.decision()?.ended).toMatchObject({ status: "cancelled", error: { message: "enough" } });
  });

  test("T-CAN-12 a branch that was stopped for another reason before keeps that reason", () => {
    const world = createWorld(flow([parallel([call("bad"), call("slow")])]), {
      steps: { bad: [hangs], slow: [hangs] },
    });
    world.start();
    world.attemptEnds("b.0.0", 1, {
      type: "failed",
      error: { code: "boom", message: "no" },
      retryable: false,
    });
    world.cancel("enough");
    world.attemptEnds("b.0.1", 1, aborted);
    const stopped = world.facts.find((fact) => fact.type === "step.cancelled");
    expect(stopped).toMatchObject({ name: "slow", reason: "fail_fast" });
  });

  test("T-CAN-13 nothing is stopped while nobody asks", () => {
    const world = running("a", "b");
    world.attemptEnds("b.0.0", 1, ok());
    world.attemptEnds("b.0.1", 1, ok());
    expect(world.decision()?.ended?.status).toBe("completed");
    expect(world.asked("abortAttempt")).toEqual([]);
  });

  test("T-CAN-14 after a request nothing more begins", () => {
    const world = running("a");
    world.cancel("enough");
    world.attemptEnds("b.0.0", 1, ok());
    expect(world.asked("runAction").map(({ action }) => action)).toEqual(["a"]);
  });
});

describe("what is reached by a cancel", () => {
  test("gap AA: a running call gets its abort signal, and its late success does not count", () => {
    const world = createWorld(flow([call("a"), call("next")]), { steps: { a: [hangs] } });
    world.start();
    world.cancel();
    expect(world.attemptEnds("b.0", 1, ok({ markers: ["late"], usage: { costUsd: 3 } })).ended).toMatchObject(
      {
        ...{ status: "cancelled", result: { results: {} } },
      },
    );
    expect(world.steps.get("b.0#1")).toMatchObject({
      status: "cancelled",
      usage: { costUsd: 3 },
      markers: [],
    });
    expect(world.decision()?.totals.costUsd).toBe(3);
  });

  test("gap AA: a running script gets it too", () => {
    const world = createWorld(flow([script("lint")]), { steps: { lint: [hangs] } });
    world.start();
    world.cancel();
    expect(world.asked("abortAttempt")).toMatchObject([{ address: "b.0", reason: "cancelled" }]);
    expect(world.attemptEnds("b.0", 1, aborted).ended?.status).toBe("cancelled");
  });

  test("gap AA: every branch of a parallel is waited for before the run ends", () => {
    const world = running("a", "b");
    world.cancel();
    expect(world.attemptEnds("b.0.0", 1, aborted).ended).toBeUndefined();
    expect(world.attemptEnds("b.0.1", 1, aborted).ended?.status).toBe("cancelled");
  });

  test("gap AA: a gate closes at once and can no longer be answered", () => {
    const world = createWorld(flow([gate("human_approval"), call("never")]));
    world.start();
    const { ended, gatesClosed } = world.cancel();
    expect({ status: ended?.status, gatesClosed }).toEqual({ status: "cancelled", gatesClosed: ["b.0"] });
    world.approve("b.0");
    expect(world.asked("runAction")).toEqual([]);
  });

  test("gap AA: a sleep ends at once", () => {
    const world = createWorld(flow([sleep("nap", "2h")]));
    world.start();
    expect(world.cancel().ended?.status).toBe("cancelled");
  });

  test("gap AA: the children of a foreach are cancelled and no item starts after them", () => {
    const world = createWorld(flow([foreach("each", { maxParallel: 2 })]), {
      items: { each: [item("x"), item("y"), item("z")] },
      children: { work: [hangs] },
    });
    world.start();
    world.cancel("enough");
    const started = world.asked("startChild");
    expect(started).toHaveLength(2);
    expect(world.asked("cancelChild").map(({ childId }) => childId)).toEqual(
      started.map(({ childId }) => childId),
    );
    for (const { childId, address } of started)
      world.childEnds(childId, address, childResult({ status: "cancelled" }));
    expect(world.decision()?.ended?.status).toBe("cancelled");
    expect(world.asked("startChild")).toHaveLength(2);
  });

  test("gap AA: a request that is read together with the last step's end stops nothing any more", () => {
    const world = createWorld(flow([call("a")]), { steps: { a: [hangs] } });
    world.start();
    const request = { type: "cancelRequested", at: world.now(), reason: "late", by: "ann" } as const;
    world.send({ type: "attemptEnded", address: "b.0", attempt: 1, outcome: ok() }, request);
    expect(world.decision()?.ended?.status).toBe("completed");
    expect(world.steps.get("b.0#1")?.status).toBe("completed");
  });

  test("gap AA: the always block runs after a cancel, and its failure does not change the end", () => {
    const world = createWorld(flow([call("a")], { always: [call("clean")] }), {
      steps: { a: [hangs], clean: [failed("no")] },
    });
    world.start();
    world.cancel("enough");
    world.attemptEnds("b.0", 1, aborted);
    expect(world.asked("runAction").at(-1)).toMatchObject({
      ...{ action: "clean", variables: { workflow_status: "cancelled" } },
    });
    expect(world.decision()?.ended?.status).toBe("cancelled");
  });
});

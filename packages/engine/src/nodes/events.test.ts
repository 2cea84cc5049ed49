/**
 * Every kind of open frame × every kind of event: taken or ignored. The table is complete by its types: a new kind of
 * node or event does not compile until it has its row or column.
 */
import type { EngineEvent, NodeKind } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import {
  block,
  call,
  child,
  doWhile,
  flow,
  foreach,
  gate,
  parallel,
  script,
  sleep,
  when,
} from "../../../../test/support/engine/definitions.js";
import { childResult, createWorld, failed, hangs, item, ok } from "../../../../test/support/engine/world.js";

type EventType = EngineEvent["type"];

/**
 * What an event does: it is *taken* (the run changes), *ignored* (nothing but the fact `event.ignored`), *kept* (a
 * signal for later), *noted* (a new activation, told and nothing else), *asked again* (and what was in flight is asked
 * for once more), or there is *nothing* to do.
 */
type Reply = "taken" | "ignored" | "kept" | "noted" | "asked again" | "nothing";
type Row = Readonly<Record<EventType, Reply>>;

const silent: Row = {
  started: "ignored",
  cancelRequested: "taken",
  retryRequested: "ignored",
  signalReceived: "kept",
  gateAnswered: "ignored",
  gatePolled: "ignored",
  childFinished: "ignored",
  attemptEnded: "ignored",
  attemptReturned: "ignored",
  itemsCollected: "ignored",
  itemsFailed: "ignored",
  activated: "noted",
  ticked: "nothing",
};

type World = ReturnType<typeof createWorld>;

/** A run with one open frame to look at, `at` an address; `row` says what it does otherwise than a silent one. */
interface OpenFrame {
  readonly at: string;
  readonly world: () => World;
  readonly row: Partial<Row>;
}

const agent = { kind: "agent", agent: { kind: "name", value: "fix" } } as const;
const steps = { a: [hangs], s: [hangs], bad: [failed("no")], fix: [hangs] } as const;

function started(...args: Parameters<typeof createWorld>): World {
  const world = createWorld(...args);
  world.start();
  return world;
}

/** Something that waits for a person, to keep blocks open. */
const wait = gate("look");

/** Two branches, of which the second fails and the first is told to stop. */
function stoppingBranch(): World {
  const world = started(flow([parallel([call("a"), call("b")])]), { steps: { a: [hangs], b: [hangs] } });
  world.attemptEnds("b.0.1", 1, failed("red"));
  return world;
}

function expired(world: World): World {
  world.toDeadline();
  return world;
}

function halting(): World {
  const hanging = { x: [hangs], y: [hangs] } as const;
  const world = started(flow([foreach("each", { onChildFail: "halt" })]), {
    items: { each: [item("x"), item("y")] },
    children: hanging,
  });
  world.childEnds("child:b.0:1:y", "b.0", childResult({ status: "failed" }));
  return world;
}

/** What a new owner asks for again may have run, which the run remembers. */
const asking = { attemptEnded: "taken", attemptReturned: "taken", activated: "taken" } as const;
const local = { ...asking, activated: "asked again" } as const;

function inDoubt(): World {
  const world = started(flow([call("a")]), { steps });
  world.attemptEnds("b.0", 1, { type: "in_doubt", reason: "nobody knows" });
  return world;
}

const frames: Readonly<Record<NodeKind, Readonly<Record<string, OpenFrame>>>> = {
  call: {
    running: { at: "b.0", world: () => started(flow([call("a")]), { steps }), row: asking },
    "in doubt": { at: "b.0", world: inDoubt, row: { gateAnswered: "taken" } },
    "before its retry": {
      at: "b.0",
      world: () => started(flow([call("bad", { retries: 1, retryDelayMs: 9_000 })]), { steps }),
      row: {},
    },
    "with its on_fail agent": {
      at: "b.0",
      world: () => started(flow([call("bad", { onFail: agent })]), { steps }),
      row: { activated: "taken" },
    },
    stopping: { at: "b.0.0", world: stoppingBranch, row: { attemptEnded: "taken", activated: "taken" } },
    "past its timeout": {
      at: "b.0",
      world: () => expired(started(flow([call("a", { timeoutMs: 10 })]), { steps })),
      row: { attemptEnded: "taken", activated: "taken" },
    },
  },
  script: {
    running: { at: "b.0", world: () => started(flow([script("s")]), { steps }), row: local },
  },
  child: {
    running: {
      at: "b.0",
      world: () => started(flow([child("w")]), { children: { w: [hangs] } }),
      row: { childFinished: "taken" },
    },
    "past its timeout": {
      at: "b.0",
      world: () => expired(started(flow([child("w", { timeoutMs: 10 })]), { children: { w: [hangs] } })),
      row: { childFinished: "taken" },
    },
  },
  sequence: {
    "the body": { at: "b", world: () => started(flow([wait])), row: {} },
    do: { at: "b.0", world: () => started(flow([block([wait])])), row: {} },
  },
  branch: {
    taken: {
      at: "b.0",
      world: () => started(flow([when("go", [wait])]), { run: { inputs: { go: "true" } } }),
      row: {},
    },
  },
  loop: { iterating: { at: "b.0", world: () => started(flow([doWhile("a.red", [wait])])), row: {} } },
  parallel: {
    "with open branches": {
      at: "b.0",
      world: () => started(flow([parallel([call("a")])]), { steps }),
      row: { activated: "taken" },
    },
  },
  gate: {
    "for people": { at: "b.0", world: () => started(flow([wait])), row: { gateAnswered: "taken" } },
    "asking its resolver": {
      at: "b.0",
      world: () => started(flow([gate("checks", { gateType: "pr_checks" })]), { polls: { checks: [hangs] } }),
      row: { gateAnswered: "taken", gatePolled: "taken", activated: "asked again" },
    },
    "between two polls": {
      at: "b.0",
      world: () => started(flow([gate("checks", { gateType: "pr_checks" })])),
      row: { gateAnswered: "taken" },
    },
    "for a signal": {
      at: "b.0",
      world: () => started(flow([gate("signal", { gateType: "signal" })])),
      row: { gateAnswered: "taken", signalReceived: "taken" },
    },
  },
  sleep: { waiting: { at: "b.0", world: () => started(flow([sleep("nap", "1m")])), row: {} } },
  foreach: {
    collecting: {
      at: "b.0",
      world: () => {
        const world = createWorld(flow([foreach("each")]));
        world.decideOnce([{ type: "started", at: 0 }]);
        return world;
      },
      row: { itemsCollected: "taken", itemsFailed: "taken", activated: "asked again" },
    },
    running: {
      at: "b.0",
      world: () =>
        started(flow([foreach("each")]), { items: { each: [item("x")] }, children: { x: [hangs] } }),
      row: { childFinished: "taken" },
    },
    halting: { at: "b.0", world: halting, row: { childFinished: "taken" } },
  },
};

/** What only the gate of a step in doubt looks at. */
const chosen = { selections: ["retry"] };

/** The event as it would come if the frame waited for it. */
const events: {
  readonly [T in EventType]: (at: string, itemId: string) => Extract<EngineEvent, { type: T }>;
} = {
  started: () => ({ type: "started", at: 0 }),
  cancelRequested: () => ({ type: "cancelRequested", at: 0, reason: "enough", by: "ann" }),
  retryRequested: () => ({ type: "retryRequested", at: 0, by: "ann" }),
  signalReceived: () => ({ type: "signalReceived", at: 0, name: "signal" }),
  gateAnswered: (address) => ({
    type: "gateAnswered",
    at: 0,
    address,
    verdict: "approved",
    by: "ann",
    ...chosen,
  }),
  gatePolled: (address) => ({ type: "gatePolled", address, verdict: "approved" }),
  childFinished: (address, itemId) => ({
    type: "childFinished",
    at: 0,
    address,
    childId: `child:${address}:1:${itemId}`,
    result: childResult(),
  }),
  attemptEnded: (address) => ({ type: "attemptEnded", address, attempt: 1, outcome: ok() }),
  attemptReturned: (address) => ({ type: "attemptReturned", address, attempt: 1 }),
  itemsCollected: (address) => ({ type: "itemsCollected", address, items: [item("z")], dependencies: [] }),
  itemsFailed: (address) => ({
    type: "itemsFailed",
    address,
    error: { code: "items_failed", message: "no list" },
  }),
  activated: () => ({ type: "activated", worker: "w", generation: 2 }),
  ticked: () => ({ type: "ticked" }),
};

/** What happened, as one of the replies; parts of the run are compared before and after. */
function replyTo(world: World, event: EngineEvent): Reply | "something else" {
  const before = { ...world.parts() };
  const { facts, commands, steps: records } = world.decideOnce([event]);
  const after = world.parts();
  const changed = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
  const said = facts.map(({ type }) => type).join();
  if (changed.length > 0)
    return changed.join() === "signals" && said === "signal.received" ? "kept" : "taken";
  if (said.startsWith("run.resumed")) return commands.length > 0 ? "asked again" : "noted";
  if (commands.length + records.length > 0) return "something else";
  if (said === "event.ignored") return "ignored";
  return said === "" ? "nothing" : "something else";
}

const types = Object.keys(silent) as EventType[];

describe.each(Object.entries(frames))("%s", (kind, phases) => {
  describe.each(Object.entries(phases))("%s", (_phase, { at, world, row }) => {
    test("is really open", () => {
      const frame = world().state().frames[at];
      expect(frame?.kind).toBe(kind);
    });

    test.each(types)("%s", (type) => {
      const open = world();
      const itemId = kind === "foreach" ? "x" : "";
      expect(replyTo(open, events[type](at, itemId))).toBe(row[type] ?? silent[type]);
    });
  });
});

describe("a run that has ended", () => {
  const ended: Row = {
    ...silent,
    cancelRequested: "ignored",
    signalReceived: "ignored",
    activated: "nothing",
  };

  test.each(types)("completed: %s", (type) => {
    const world = started(flow([call("fine")]));
    expect(world.decision()?.status).toBe("completed");
    expect(replyTo(world, events[type]("b.0", ""))).toBe(ended[type]);
  });

  test.each(types)("failed: %s", (type) => {
    const world = started(flow([call("bad")]), { steps });
    expect(world.decision()?.status).toBe("failed");
    expect(replyTo(world, events[type]("b.0", ""))).toBe(type === "retryRequested" ? "taken" : ended[type]);
  });
});

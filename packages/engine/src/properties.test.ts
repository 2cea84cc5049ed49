/** What holds for every definition, whatever its steps answer and in whatever order. */
import type { EngineEvent } from "@runfleet/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerTo } from "../../../test/simulation/answers.js";
import { createRandom, type Random, randomFlow } from "../../../test/simulation/random-flow.js";
import { childResult, createWorld, hangs } from "../../../test/support/engine/world.js";
import { decide } from "./decide.js";
import { compile } from "./plan.js";

type World = ReturnType<typeof createWorld>;

/** A world whose answers are held back, so that a test can give them in its own order. */
function silentWorld(random: Random, definition = randomFlow(random, { calm: false })): World {
  const all = new Proxy({}, { get: () => [hangs], has: () => true });
  return createWorld(definition, { steps: all, children: all, polls: all });
}

/** Gives one open question an answer, or lets time pass; false when the run has ended. */
function step(world: World, random: Random): boolean {
  const decision = world.decision();
  if (decision === undefined || decision.ended !== undefined) return false;
  const frames = Object.keys(decision.state.frames);
  const open = world.commands.filter((command) => "address" in command && frames.includes(command.address));
  const command = open[random.below(open.length)];
  if (command === undefined || random.chance(0.2)) {
    answerWaits(world);
    world.toDeadline();
  } else if (command.type === "startChild") {
    world.childEnds(
      command.childId,
      command.address,
      childResult({ status: random.pick(["completed", "failed"]) }),
    );
  } else if (command.type !== "abortAttempt" && command.type !== "cancelChild") {
    world.send(answerTo(command));
  }
  if (random.chance(0.1)) world.activate();
  return true;
}

function answerWaits(world: World): void {
  world.signal("signal");
  for (const wait of world.decision()?.blockedOn ?? []) {
    if (wait.type === "gate") world.approve(wait.address);
  }
}

test("a run of any definition ends, and its always block starts each step once", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const random = createRandom(seed);
      const world = silentWorld(random);
      world.start();
      for (let moves = 0; step(world, random); moves += 1) expect(moves).toBeLessThan(2_000);
      const cleanups = world.facts.filter(
        (fact) => fact.type === "step.started" && /^a\.\d+$/.test(fact.address),
      );
      const attempts = cleanups.map((fact) => "attempt" in fact && `${fact.address}#${fact.attempt}`);
      expect(new Set(attempts).size).toBe(attempts.length);
      expect(Object.keys(world.state().frames)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("a cancel at any moment ends the run, and what it was doing is recorded as ended", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 12 }), (seed, movesBefore) => {
      const random = createRandom(seed);
      const world = silentWorld(random);
      world.start();
      for (let moves = 0; moves < movesBefore && step(world, random); moves += 1);
      world.cancel();
      for (let moves = 0; world.decision()?.ended === undefined; moves += 1) {
        expect(moves).toBeLessThan(200);
        if (moves % 2 === 0) world.toDeadline();
        else step(world, random);
      }
      const open = [...world.steps.values()].filter(
        ({ status }) => status === "running" || status === "waiting",
      );
      expect(open).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

/** Answers to everything that is open, each or none of them given, in any order. */
function answersAtOnce(world: World, random: Random): EngineEvent[] {
  const { commands } = world;
  const frames = world.state().frames;
  const open = commands.filter((command) => "address" in command && command.address in frames);
  const events = open.flatMap((command): EngineEvent[] => {
    if (random.chance(0.4) || command.type === "abortAttempt" || command.type === "cancelChild") return [];
    if (command.type !== "startChild") return [answerTo(command)];
    const { childId, address } = command;
    const result = childResult({ status: random.pick(["completed", "failed"]) });
    return [{ type: "childFinished", at: world.now(), childId, address, result }];
  });
  for (const wait of world.decision()?.blockedOn ?? []) {
    const { address } = wait;
    if (wait.type !== "gate" || random.chance(0.5)) continue;
    events.push({ type: "gateAnswered", at: world.now(), address, verdict: "approved", by: "ann" });
  }
  return events.sort(() => random.next() - 0.5);
}

test("a cancel beside other events starts nothing, and the run completes only if these events would have completed it", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 20 }), (seed, movesBefore) => {
      const random = createRandom(seed);
      const definition = randomFlow(random, { calm: false });
      const world = silentWorld(random, definition);
      world.start();
      for (let moves = 0; moves < movesBefore && step(world, random); moves += 1);
      const { core } = world.state();
      if (core.phase !== "body") return;
      const events = answersAtOnce(world, random);
      const env = { now: world.now(), run: world.run, childId: (key: object) => JSON.stringify(key) };
      const calm = decide(compile(definition), world.state(), events, env);
      const cancel = { type: "cancelRequested", at: world.now(), reason: "enough", by: "ann" } as const;
      events.splice(random.below(events.length + 1), 0, cancel);
      const { commands, state } = world.decideOnce(events);
      const begun = commands.filter((command) => "node" in command || command.type === "startChild");
      expect(begun.filter((command) => "address" in command && command.address.startsWith("b"))).toEqual([]);
      const status = state.core.bodyStatus ?? "cancelled";
      const mayComplete = calm.state.core.bodyStatus === "completed";
      const allowed = mayComplete ? ["completed", "cancelled"] : ["cancelled"];
      expect(allowed).toContain(status);
    }),
    { numRuns: 200 },
  );
});

/** What holds of the policy for every pool, every setting and every past. */
import { busyWorkerRules, type ScalingPolicy, scalingPolicySchema } from "@runfleet/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decideWanted, type Need, type PoolObservation, type ScalingMemory } from "./index.js";
import { withNeed } from "./scaling-memory.js";

const start = 1_800_000_000_000;
const span = fc.integer({ min: 0, max: 1_200_000 });

const anyPolicy: fc.Arbitrary<ScalingPolicy> = fc
  .record({
    targetMs: fc.integer({ min: 1_000, max: 600_000 }),
    limits: fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 40 })),
    startupMs: span,
    shrinkAfterMs: span,
    zeroAfterMs: span,
    busyWorkers: fc.constantFrom(...busyWorkerRules),
    slots: fc.integer({ min: 1, max: 100 }),
  })
  .map(({ limits, ...rest }) =>
    scalingPolicySchema.parse({ ...rest, min: Math.min(...limits), max: Math.max(...limits) }),
  );

/** `at` is milliseconds since the one before. */
const anySight: fc.Arbitrary<PoolObservation> = fc
  .record(
    {
      at: fc.oneof(fc.integer({ min: 0, max: 30_000 }), span),
      ready: fc.oneof(fc.constant(0), fc.nat(5_000)),
      dueSoon: fc.oneof(fc.constant(0), fc.nat(500)),
      busy: fc.oneof(fc.constant(0), fc.nat(1_000)),
      there: fc.tuple(fc.nat(30), fc.nat(30)),
      oldestReadyMs: fc.nat(600_000),
      slots: fc.integer({ min: 1, max: 100 }),
      slotMs: fc.double({ min: 0.1, max: 3_600_000, noNaN: true }),
    },
    { requiredKeys: ["at", "ready", "dueSoon", "busy", "there"] },
  )
  .map(({ there, ...rest }) => ({
    ...rest,
    workers: Math.max(...there),
    busyWorkers: rest.busy === 0 ? 0 : Math.min(...there, rest.busy),
  }));

const anyPast = fc.array(anySight, { maxLength: 80 });

/** The turns of a pool, from nothing. */
function turnsOf(policy: ScalingPolicy, sights: readonly PoolObservation[]) {
  let at = start;
  let memory: ScalingMemory | undefined;
  return sights.map((sight) => {
    at += sight.at;
    const observation = { ...sight, at };
    const turn = decideWanted(policy, observation, memory);
    const before = memory;
    memory = turn.memory;
    return { ...turn, observation, before };
  });
}

test("no worker with runs in hand is taken away, and none is added beyond the maximum", () => {
  fc.assert(
    fc.property(anyPolicy, anyPast, (policy, past) => {
      for (const { decision, observation } of turnsOf(policy, past)) {
        const { workers, busyWorkers, busy } = observation;
        if (policy.busyWorkers === "keep") expect(decision.wanted).toBeGreaterThanOrEqual(busyWorkers);
        if (policy.busyWorkers === "keep-all" && busyWorkers > 0)
          expect(decision.wanted).toBeGreaterThanOrEqual(workers);
        expect(decision.wanted).toBeGreaterThanOrEqual(policy.min);
        expect(decision.wanted).toBeLessThanOrEqual(
          Math.max(policy.max, busy > 0 || busyWorkers > 0 ? workers : 0),
        );
      }
    }),
  );
});

test("work always has somebody to do it", () => {
  fc.assert(
    fc.property(anyPolicy, anyPast, (policy, past) => {
      for (const { decision, observation } of turnsOf(policy, past)) {
        const { ready, dueSoon, busy } = observation;
        if (ready + dueSoon + busy > 0) expect(decision.wanted).toBeGreaterThan(0);
      }
    }),
  );
});

test("fewer than a moment ago are wanted only when fewer were enough for the whole window", () => {
  fc.assert(
    fc.property(anyPolicy, anyPast, (policy, past) => {
      const turns = turnsOf(policy, past);
      turns.forEach(({ decision, observation }, index) => {
        const needed = turns
          .slice(0, index)
          .filter((turn) => observation.at - turn.observation.at < policy.shrinkAfterMs)
          .map((turn) =>
            decideWanted({ ...policy, shrinkAfterMs: 0 }, { ...turn.observation, workers: 0 }, turn.before),
          )
          .map((turn) => turn.memory.needs.at(-1)?.workers ?? 0);
        expect(decision.wanted).toBeGreaterThanOrEqual(Math.min(policy.max, Math.max(0, ...needed)));
      });
    }),
  );
});

test("more ready runs never want fewer workers", () => {
  fc.assert(
    fc.property(anyPolicy, anyPast, anySight, fc.nat(1_000), (policy, past, sight, more) => {
      const last = turnsOf(policy, past).at(-1);
      const now = { ...sight, at: (last?.observation.at ?? start) + sight.at };
      const fewer = decideWanted(policy, now, last?.memory).decision.wanted;
      const many = decideWanted(policy, { ...now, ready: now.ready + more }, last?.memory).decision.wanted;
      expect(many).toBeGreaterThanOrEqual(fewer);
    }),
  );
});

test("a turn is a function of what it is given: the memory may travel as JSON and nothing changes", () => {
  fc.assert(
    fc.property(anyPolicy, anyPast, (policy, past) => {
      for (const { observation, before, decision, memory } of turnsOf(policy, past)) {
        const travelled =
          before === undefined ? undefined : (JSON.parse(JSON.stringify(before)) as ScalingMemory);
        expect(decideWanted(policy, observation, travelled)).toEqual({ decision, memory });
      }
    }),
  );
});

test("an idle pool comes to its minimum and stays there", () => {
  fc.assert(
    fc.property(anyPolicy, anyPast, (policy, past) => {
      let last = turnsOf(policy, past).at(-1);
      const wanted: number[] = [];
      for (let minute = 1; minute <= 90; minute += 1) {
        const at = (last?.observation.at ?? start) + 30_000;
        const idle = { at, ready: 0, dueSoon: 0, busy: 0, workers: 0, busyWorkers: 0 };
        last = { ...decideWanted(policy, idle, last?.memory), observation: idle, before: last?.memory };
        wanted.push(last.decision.wanted);
      }
      expect(wanted.at(-1)).toBe(policy.min);
    }),
    { numRuns: 30 },
  );
});

test("the window remembers the largest need, in bounded space", () => {
  const anyNeeds = fc.array(fc.record({ at: fc.nat(20_000), workers: fc.nat(200) }), { maxLength: 400 });
  fc.assert(
    fc.property(anyNeeds, fc.integer({ min: 1, max: 600_000 }), (steps, windowMs) => {
      let at = start;
      let needs: readonly Need[] = [];
      const all: Need[] = [];
      for (const step of steps) {
        at += step.at;
        const need = { at, workers: step.workers };
        all.push(need);
        needs = withNeed(needs, need, windowMs);
        const within = all.filter((one) => one === need || at - one.at < windowMs);
        const largest = Math.max(...within.map(({ workers }) => workers));
        expect(needs.length).toBeLessThanOrEqual(60);
        // Where needs were put together the larger one is remembered a little longer.
        expect(needs[0]?.workers).toBeGreaterThanOrEqual(largest);
        if (all.length <= 60) expect(needs[0]?.workers).toBe(largest);
      }
    }),
  );
});

/** The policy's rules one by one: what decides, and the sentence that says so. */
import { scalingPolicySchema } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { decideWanted, type PoolObservation, type ScalingMemory } from "./index.js";

const policy = scalingPolicySchema.parse({ startupMs: 10_000 });
const minute = 60_000;
const start = 1_800_000_000_000;

/** A pool as a test wants it, `at` milliseconds after the start. */
function pool({ at = 0, ...seen }: Partial<PoolObservation>): PoolObservation {
  return { ready: 0, dueSoon: 0, busy: 0, workers: 0, busyWorkers: 0, ...seen, at: start + at };
}

/** The policy asked every ten seconds from `from` to `to` with the same sight; the last decision. */
function askOn(seen: Partial<PoolObservation>, span: { from: number; to: number }, memory?: ScalingMemory) {
  let turn = decideWanted(policy, pool({ ...seen, at: span.from }), memory);
  for (let at = span.from + 10_000; at <= span.to; at += 10_000)
    turn = decideWanted(policy, pool({ ...seen, at }), turn.memory);
  return turn;
}

describe("the work", () => {
  it("needs nobody where there is none", () => {
    expect(decideWanted(policy, pool({})).decision).toEqual({
      ...{ wanted: 0, cause: "idle", why: "nothing is ready, due soon or in hand" },
    });
  });

  it("needs a slot for every run, as long as nobody knows how long a run holds one", () => {
    const seen = pool({ ready: 40, dueSoon: 3, busy: 64, workers: 2, busyWorkers: 2, slots: 32 });
    expect(decideWanted(policy, seen).decision).toEqual({
      ...{ wanted: 4, cause: "work" },
      why: "40 ready, 3 due soon, 64 in hand need 107 slots of 32 per worker",
    });
  });

  it("needs fewer slots where a slot takes several runs within the target", () => {
    const seen = pool({ ready: 4_000, busy: 32, workers: 1, busyWorkers: 1, slots: 32, slotMs: 50 });
    expect(decideWanted(policy, seen).decision).toEqual({
      ...{ wanted: 2, cause: "work" },
      why: "4000 ready, 32 in hand, at 50ms of a slot each and 20s left, need 42 slots of 32 per worker",
    });
  });

  it("needs more of them the longer the oldest has waited, and says when it is late", () => {
    const seen = { ready: 4_000, busy: 32, workers: 1, busyWorkers: 1, slots: 32, slotMs: 200 };
    const wanted = [0, 10_000, 45_000].map(
      (oldestReadyMs) => decideWanted(policy, pool({ ...seen, oldestReadyMs })).decision,
    );
    expect(wanted.map((decision) => decision.wanted)).toEqual([3, 4, 10]);
    expect(wanted[2]?.why).toMatch(/the oldest has been ready for 45s, the target is 30s$/);
  });

  it("is measured in the slots that workers were seen to have, also when none is there any more", () => {
    const seen = pool({ busy: 1, workers: 1, busyWorkers: 1, slots: 4 });
    const { memory } = decideWanted(policy, seen);
    expect(decideWanted(policy, pool({ at: 10_000, ready: 12 }), memory).decision.wanted).toBe(3);
    expect(decideWanted(policy, pool({ ready: 33 })).decision.wanted).toBe(2);
  });
});

describe("limits", () => {
  it("are kept, and say what would be needed", () => {
    expect(decideWanted(policy, pool({ ready: 1_000 })).decision).toEqual({
      ...{ wanted: 10, cause: "max" },
      why: "at most 10 are wanted (max), though 32 would be needed: 1000 ready need 1000 slots of 32 per worker",
    });
    expect(decideWanted({ ...policy, min: 2 }, pool({})).decision).toEqual({
      ...{ wanted: 2, cause: "min" },
      why: "nothing is ready, due soon or in hand; at least 2 are wanted (min)",
    });
    expect(decideWanted({ ...policy, min: 2 }, pool({ ready: 1 })).decision.why).toBe(
      "the work needs 1; at least 2 are wanted (min)",
    );
  });
});

describe("fewer workers", () => {
  const flood = { ready: 300, workers: 10, slots: 32 };

  it("are wanted when fewer were enough for the whole window, and not before", () => {
    const after = decideWanted(policy, pool(flood));
    const calm = { ready: 1, workers: 10, slots: 32 };
    const soon = askOn(calm, { from: 10_000, to: 5 * minute - 10_000 }, after.memory);
    expect(soon.decision).toEqual({
      ...{ wanted: 10, cause: "settling" },
      why: "the work needs 1; 10 were there or needed 4m50s ago, and fewer are wanted only when fewer were enough for 5m",
    });
    const later = decideWanted(policy, pool({ ...calm, at: 5 * minute }), soon.memory);
    expect(later.decision).toMatchObject({ wanted: 1, cause: "work" });
  });

  it("are not wanted because a memory was lost, or because nobody asked for a while", () => {
    const calm = { ready: 1, workers: 7, slots: 32 };
    expect(decideWanted(policy, pool(calm)).decision).toMatchObject({ wanted: 7, cause: "settling" });
    const { memory } = askOn(calm, { from: 0, to: 6 * minute });
    const next = decideWanted(policy, pool({ ...calm, at: 30 * minute }), memory);
    expect(next.decision).toMatchObject({ wanted: 7, cause: "settling" });
  });

  it("the last one goes after a rest", () => {
    const used = decideWanted({ ...policy, zeroAfterMs: 10 * minute }, pool({ ready: 1 }));
    let turn = used;
    for (let at = 10_000; at < 10 * minute; at += 10_000) {
      turn = decideWanted({ ...policy, zeroAfterMs: 10 * minute }, pool({ at, workers: 1 }), turn.memory);
      expect(turn.decision.wanted).toBe(1);
    }
    expect(turn.decision).toEqual({
      ...{ wanted: 1, cause: "resting" },
      why: "nothing is ready, due soon or in hand; one stays for 10s more, until 10m after the last work",
    });
    const end = decideWanted(
      { ...policy, zeroAfterMs: 10 * minute },
      pool({ at: 10 * minute, workers: 1 }),
      turn.memory,
    );
    expect(end.decision).toMatchObject({ wanted: 0, cause: "idle" });
  });
});

describe("workers with runs in hand", () => {
  const seen = { busy: 6, workers: 5, busyWorkers: 4, slots: 32 };
  const settled = (busyWorkers: typeof policy.busyWorkers) => {
    const rule = { ...policy, busyWorkers, shrinkAfterMs: 0 };
    return decideWanted(rule, pool({ ...seen, at: 10_000 }), decideWanted(rule, pool(seen)).memory).decision;
  };

  it("are kept, however little they do", () => {
    expect(settled("keep")).toEqual({
      ...{ wanted: 4, cause: "busy" },
      why: "the work needs 1; 4 workers have runs in hand and are not taken away",
    });
  });

  it("are kept with the idle ones where the busy ones may be hit", () => {
    expect(settled("keep-all")).toEqual({
      ...{ wanted: 5, cause: "busy" },
      why: "the work needs 1; 6 runs are in hand, and until they are done none of 5 workers is taken away",
    });
  });

  it("may go where their steps end within the grace period", () => {
    expect(settled("drain")).toMatchObject({ wanted: 1, cause: "work" });
  });

  it("are kept beyond a maximum that was lowered, and none is added for their sake", () => {
    const one = { ...policy, max: 1 };
    expect(decideWanted(one, pool({ busy: 96, workers: 3, busyWorkers: 3, slots: 32 })).decision.wanted).toBe(
      3,
    );
    // Two of three died with runs in hand.
    expect(decideWanted(one, pool({ busy: 96, workers: 1, busyWorkers: 1, slots: 32 })).decision.wanted).toBe(
      1,
    );
  });
});

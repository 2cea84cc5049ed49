/** Each check notices what it is for: one small true story, and one lie per check. */
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import { expect, test } from "vitest";
import type { Evidence } from "./evidence.js";
import { findViolations, invariants } from "./invariants.js";
import type { Trouble } from "./trouble.js";

const first = 1_800_000_000_000;
const second = first + 5_000;
const facts = {
  leased: (generation: number) =>
    ({ type: "lease.acquired", worker: "w", generation, tookOver: false }) as const,
  started: (name: string, address: string, attempt = 1) =>
    ({ type: "step.started", kind: "call", name, address, attempt }) as const,
  completed: (name: string, address: string, token: number) =>
    ({ type: "step.completed", name, address, attempt: 1, markers: [`t${token}`] }) as const,
};

const fetched = [facts.started("fetch", "b.0"), facts.completed("fetch", "b.0", first)];
const kept = [facts.started("keep", "b.1"), facts.completed("keep", "b.1", second)];
const story = [
  { type: "run.started", workflow: "leaf" } as const,
  facts.leased(first),
  ...fetched,
  facts.leased(second),
  ...kept,
  { type: "run.completed" } as const,
];

const effects: Evidence["effects"] = [
  { key: "r:b.0", attempt: 1, token: first, place: "w1", at: first + 1_000 },
  { key: "r:b.1", attempt: 1, token: first, place: "w1", at: first + 2_000 },
  { key: "r:b.1", attempt: 1, token: second, place: "w2", at: second + 1_000 },
];

/** The first owner was killed in the middle of the second step. */
const death: Trouble = { blow: "kill", place: "w1", from: first + 2_100, to: first + 2_500 };
const silent: Evidence["logs"] = { complaints: new Map(), leasesLost: new Set() };

type Told = (typeof story)[number];
type Step = Pick<RunDocument["steps"][number], "name" | "status" | "context">;

const steps: readonly Step[] = [
  { name: "fetch", status: "completed", context: "fetch, 7" },
  { name: "keep", status: "completed", context: "keep, 7" },
];

function evidence(changes: {
  readonly story?: readonly Told[];
  readonly document?: Partial<RunDocument>;
  readonly steps?: readonly Step[];
  readonly rest?: Partial<Omit<Evidence, "runs">>;
}): Evidence {
  const history = (changes.story ?? story).map(
    (fact, index): HistoryEvent => ({ ...fact, id: `${index}-0`, at: first + index }),
  );
  const attempt = { iteration: 0, attempt: 1, markers: [], error: null, progress: null };
  const document = {
    ...{ id: "r", workflow: "leaf", status: "completed", error: null, children: [], inputs: { n: "7" } },
    ...changes.document,
    steps: (changes.steps ?? steps).map((step) => ({ ...step, ...attempt })),
  };
  return {
    started: [{ id: "r", at: first }],
    runs: [{ document: document as unknown as RunDocument, history }],
    ...{ effects, troubles: [death], leftovers: [], unasked: [], logs: silent },
    ...changes.rest,
  };
}

function violationsOf(told: Evidence): readonly string[] {
  return [...findViolations(told).values()].flat();
}

/** Check → evidence it must not accept. */
const lies: Readonly<Record<string, readonly Evidence[]>> = {
  "every run that was started is there": [evidence({ rest: { started: [{ id: "other", at: first }] } })],
  "every run ended as it should": [
    evidence({ document: { status: "failed" } }),
    evidence({ story: story.slice(0, -1) }),
    evidence({ story: story.filter((fact) => fact !== kept[1]) }),
  ],
  "every result is the one of a run that nobody disturbed": [
    evidence({ steps: steps.slice(1) }),
    evidence({ steps: steps.map((step) => ({ ...step, context: "keep, 8" })) }),
  ],
  "children belong to their parents, one for each item": [evidence({ document: { children: ["c"] } })],
  "each result is recorded once": [
    evidence({ story: story.toSpliced(7, 0, facts.completed("keep", "b.1", second)) }),
  ],
  "generations only grow": [
    evidence({ story: story.map((fact) => (fact.type === "lease.acquired" ? facts.leased(first) : fact)) }),
  ],
  "no former owner recorded anything": [
    evidence({
      story: story.map((fact) => (fact === kept[1] ? facts.completed("keep", "b.1", first) : fact)),
    }),
  ],
  "no wait is cut short": [
    evidence({
      story: [facts.completed("before", "b.0", first), facts.completed("nap", "b.2", second)],
      document: { workflow: "asleep" },
    }),
  ],
  "every result had its effect, and the newest owner's counts": [
    evidence({ rest: { effects: effects.slice(0, 2) } }),
    evidence({
      rest: { effects: [...effects, { key: "r:b.0", attempt: 1, token: second, place: "w2", at: second }] },
    }),
  ],
  "every effect belongs to a step that was started": [
    evidence({
      rest: { effects: [...effects, { key: "r:b.2", attempt: 1, token: second, place: "w2", at: second }] },
    }),
  ],
  "no effect is repeated without a reason": [
    evidence({ rest: { troubles: [] } }),
    evidence({ rest: { troubles: [{ ...death, place: "w2" }] } }),
  ],
  "what takes effect at most once does": [
    evidence({ story: [facts.completed("pay", "b.1", second)] }),
    evidence({ story: [facts.completed("pay", "b.5", second)] }),
  ],
  "workers neither ended by themselves nor spun": [
    evidence({ rest: { unasked: ["w1 ended by itself with 1"] } }),
    evidence({ rest: { logs: { ...silent, complaints: new Map([["write not confirmed", 100_000]]) } } }),
    evidence({
      story: [...Array.from({ length: 500 }, (_, index) => facts.leased(first - 1_000 + index)), ...story],
    }),
  ],
  "nothing is left in Redis": [evidence({ rest: { leftovers: ["outbox is not empty"] } })],
};

test("a run that was taken over in the middle of a step is in order", () => {
  expect(violationsOf(evidence({}))).toEqual([]);
});

test("a Redis that is killed or set back may forget what it was told a moment before", () => {
  const crash: Trouble = { blow: "rewind", from: first + 500, to: first + 900 };
  const troubles = [death, crash];
  const started = [{ id: "forgotten", at: first }];
  const forgotten = { key: "forgotten:b.0", attempt: 1, token: first, place: "w1", at: first + 400 };
  expect(violationsOf(evidence({ rest: { troubles, started, effects: [...effects, forgotten] } }))).toEqual(
    [],
  );
});

test("an owner that noticed by itself that its lease was lost is a reason for a repeated effect", () => {
  const logs = { ...silent, leasesLost: new Set(["w1 r"]) };
  expect(violationsOf(evidence({ rest: { troubles: [], logs } }))).toEqual([]);
});

test("there is a lie for every check", () => {
  expect(Object.keys(lies)).toEqual(Object.keys(invariants));
});

for (const [name, told] of Object.entries(lies)) {
  test(`it is noticed when this does not hold: ${name}`, () => {
    for (const lie of told) expect(invariants[name]?.(lie)).not.toEqual([]);
  });
}

/** Each check notices what it is for: one small true story, and one lie per check. */
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import { expect, test } from "vitest";
import type { Evidence } from "./evidence.js";
import { findViolations, invariants } from "./invariants.js";

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

const effects = [
  { key: "r:b.0", attempt: 1, token: first, pid: 1 },
  { key: "r:b.1", attempt: 1, token: first, pid: 1 },
  { key: "r:b.1", attempt: 1, token: second, pid: 2 },
];

type Told = (typeof story)[number];

function evidence(changes: {
  readonly story?: readonly Told[];
  readonly status?: RunDocument["status"];
  readonly effects?: Evidence["effects"];
  readonly leftovers?: readonly string[];
}): Evidence {
  const history = (changes.story ?? story).map(
    (fact, index): HistoryEvent => ({ ...fact, id: `${index}-0`, at: first + index }),
  );
  const document = { id: "r", workflow: "leaf", status: changes.status ?? "completed", children: [] };
  return {
    runs: [{ document: document as unknown as RunDocument, history }],
    effects: changes.effects ?? effects,
    leftovers: changes.leftovers ?? [],
  };
}

/** Check → evidence it must not accept. */
const lies: Readonly<Record<string, readonly Evidence[]>> = {
  "every run ended as it should": [
    evidence({ status: "failed" }),
    evidence({ story: story.slice(0, -1) }),
    evidence({ story: story.filter((fact) => fact !== kept[1]) }),
  ],
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
  "every result had its effect, and the newest owner's counts": [
    evidence({ effects: effects.slice(0, 2) }),
    evidence({ effects: [...effects, { key: "r:b.0", attempt: 1, token: second, pid: 2 }] }),
  ],
  "every effect belongs to a step that was started": [
    evidence({ effects: [...effects, { key: "r:b.2", attempt: 1, token: second, pid: 2 }] }),
  ],
  "nothing is left in Redis": [evidence({ leftovers: ["outbox is not empty"] })],
};

test("a run that was taken over in the middle of a step is in order", () => {
  expect(findViolations(evidence({}))).toEqual([]);
});

test("there is a lie for every check", () => {
  expect(Object.keys(lies)).toEqual(Object.keys(invariants));
});

for (const [name, told] of Object.entries(lies)) {
  test(`it is noticed when this does not hold: ${name}`, () => {
    for (const lie of told) expect(invariants[name]?.(lie)).not.toEqual([]);
  });
}

/** Two commits, and the one that both are joined into, leave the same behind. */
import type { Decision } from "@runfleet/engine";
import type { OpenGate, RunStore, StepRecord, Usage } from "@runfleet/model";
import { zeroTotals } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore, takeSnapshot } from "@runfleet/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runInfo } from "../../../test/support/engine/world.js";
import { silentLog, silentRunLog } from "../../../test/support/silent-log.js";
import { systemClock } from "./clock.js";
import { RunWriter } from "./run-writer.js";

const now = 1_000;
const addresses = ["b.0", "b.1", "b.2"] as const;
const someAddresses = fc.uniqueArray(fc.constantFrom(...addresses));
const anyName = fc.constantFrom("core", "f:b.0", "f:b.1", "r:a");
const anyUsage: fc.Arbitrary<Usage | undefined> = fc.option(
  fc.record({ costUsd: fc.nat(9), durationMs: fc.nat(9) }, { requiredKeys: [] }),
  { nil: undefined },
);

const anyStep = fc
  .record({ place: fc.nat(2), attempt: fc.integer({ min: 1, max: 2 }), hasEnded: fc.boolean() })
  .map(({ place, attempt, hasEnded }): StepRecord => {
    const address = addresses[place] ?? "b.0";
    const status = hasEnded ? "completed" : "running";
    return { address, name: "a", kind: "call", ordinal: place, attempt, status, iteration: 0, markers: [] };
  });

function gateAt(address: string): OpenGate {
  return {
    ...{ address, name: `gate ${address}`, type: "human_approval", prompt: "", since: now },
    ...{ deadline: now, approvers: [], options: [] },
  } as unknown as OpenGate;
}

const anyDecision: fc.Arbitrary<Decision> = fc
  .record({
    set: fc.dictionary(anyName, fc.constantFrom("1", "2"), { noNullPrototype: true }),
    remove: fc.uniqueArray(anyName),
    steps: fc.uniqueArray(anyStep, { selector: ({ ordinal, attempt }) => `${ordinal}#${attempt}` }),
    signals: fc.array(fc.constantFrom("x", "y")),
    gatesOpened: someAddresses,
    gatesClosed: someAddresses,
    children: fc.nat(2),
    turns: fc.nat(5),
    usage: anyUsage,
  })
  .map(({ set, remove, signals, gatesOpened, gatesClosed, children, turns, usage, steps }) => ({
    ...{ state: {} as Decision["state"], blockedOn: [], localWork: true, status: "running", steps },
    commands: Array.from({ length: children }, (_, index) => ({
      ...{ type: "cancelChild", address: "b.0", childId: `c${index}`, reason: "enough" },
    })) as unknown as Decision["commands"],
    facts: signals.map((name) => ({ type: "signal.received", name })),
    parts: { set, remove: remove.filter((name) => !Object.hasOwn(set, name)) },
    // One decision opens no gate that it closes.
    gatesOpened: gatesOpened.filter((address) => !gatesClosed.includes(address)).map(gateAt),
    gatesClosed,
    totals: { ...zeroTotals(), turns },
    ...(usage === undefined ? {} : { usage }),
  }));

/** What the store holds after a run was written so. */
async function storedAfter(write: (writer: RunWriter) => Promise<unknown>) {
  const store: RunStore = createMemoryStore({ now: () => now });
  await store.createRun(runInfo({ id: "run", rootId: "run", createdAt: now }));
  const acquired = await createMemoryLeases({ now: () => now, store }).acquire("run", 60_000);
  if (acquired.tag !== "held") throw new Error(acquired.tag);
  const leaseToken = acquired.lease.token;
  const reply = await store.activate({ runId: "run", leaseToken, owner: "w", recoveriesMax: 5 });
  if (reply.tag !== "activated") throw new Error(reply.tag);
  const { activation } = reply;
  const ports = {
    ...{ store, clock: systemClock, log: silentLog, keptMs: () => 60_000 },
    performOutbox: () => Promise.resolve([]),
    wakeParent: () => Promise.resolve([]),
  };
  const writer = new RunWriter(activation, ports, silentRunLog);
  writer.read(activation.inbox);
  await write(writer);
  const { runs, outbox, usage } = takeSnapshot(store);
  const {
    commits: _,
    row: __,
    nonce: ___,
    history,
    ...run
  } = runs.get("run") ?? { commits: [], row: "", history: [] };
  const commands = [...outbox.values()].flatMap((entry) => ("command" in entry ? [entry.command] : []));
  return { run, facts: history.map(({ id: _id, ...fact }) => fact), commands, usage };
}

test("a decision that is held back and the next one leave the same behind as both for themselves", async () => {
  await fc.assert(
    fc.asyncProperty(anyDecision, anyDecision, async (first, second) => {
      const apart = await storedAfter(async (writer) => {
        await writer.commit(first);
        await writer.commit(second);
      });
      const together = await storedAfter(async (writer) => {
        writer.holdBack(first);
        expect(writer.isHoldingBack).toBe(true);
        await writer.commit(second);
        expect([writer.isHoldingBack, writer.isFresh]).toEqual([false, false]);
      });
      expect(together).toEqual(apart);
    }),
    { numRuns: 200 },
  );
});

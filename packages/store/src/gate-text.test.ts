import type { BlockedOn, OpenGate } from "@runfleet/model";
import { expect, test } from "vitest";
import { fillWaits, gateRow, gateText, namedGates, toOpenGate, waitsText } from "./gate-text.js";

const gate: OpenGate = {
  ...{ runId: "01R", workflow: "ship", address: "b.1", name: "human_approval", gateType: "human_approval" },
  ...{ since: 1_700_000_000_000, deadline: 1_700_000_086_400, prompt: "Go\non?" },
};
const { runId: _run, workflow: _workflow, ...asked } = gate;
const wait: BlockedOn = { type: "gate", ...asked };
const sleep: BlockedOn = { type: "sleep", address: "b.2", name: "nap", until: 5 };
const open = "1700000000000/b.1";

test("an open gate comes back as it was written", () => {
  const full = { ...gate, name: "sign off", options: { a: "A" }, label: "seven", as: "ada" };
  for (const each of [gate, full]) expect(toOpenGate(`${gateRow(each)} ${gateText(each)}`)).toEqual(each);
});

test("a wait at a gate that the same write opens only names it, and is filled from the gate", () => {
  const text = waitsText([wait, sleep], [gate]);
  expect(JSON.parse(text)).toEqual(["b.1", sleep]);
  expect(namedGates("01R", text, open)).toEqual([gateRow(gate)]);
  expect(JSON.parse(fillWaits(text, new Map([["b.1", gate]])))).toEqual([wait, sleep]);
});

test("a named gate that has been answered is no wait any more", () => {
  const text = waitsText([wait, sleep], [gate]);
  expect(namedGates("01R", text, "")).toEqual([]);
  expect(JSON.parse(fillWaits(text, new Map()))).toEqual([sleep]);
});

test("a wait that says anything else than the gate is kept whole", () => {
  for (const other of [
    { ...wait, problem: "polled 2 times in vain" },
    { ...wait, signal: "paid" },
  ])
    expect(JSON.parse(waitsText([other], [gate]))).toEqual([other]);
  expect(JSON.parse(waitsText([wait], []))).toEqual([wait]);
});

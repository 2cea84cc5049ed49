import { limits } from "@runfleet/model";
import { beforeEach, describe, expect, it } from "vitest";
import { createSuspectTurn, type SuspectTurn } from "./suspect-turn.js";

const everybody = limits.recoveriesMax;
const noSuspects = limits.suspectRecoveries - 1;

describe("the turn of suspects", () => {
  let now = 0;
  let turn: SuspectTurn;
  beforeEach(() => {
    now = 0;
    turn = createSuspectTurn({ aloneMs: 1_000, now: () => now });
  });

  it("admits one suspect, and only runs beyond suspicion beside it", () => {
    expect(turn.admits("a")).toBe(everybody);
    turn.opened("a", limits.suspectRecoveries);
    expect(turn.admits("b")).toBe(noSuspects);
    turn.opened("b", 0);
    turn.closed("b");
    expect(turn.admits("c")).toBe(noSuspects);
  });

  it("never admits two suspects that are asked for at once", () => {
    expect([turn.admits("a"), turn.admits("b")]).toEqual([everybody, noSuspects]);
  });

  it("is free again as soon as its run proves to be no suspect", () => {
    turn.admits("a");
    turn.opened("a", limits.suspectRecoveries - 1);
    expect(turn.admits("b")).toBe(everybody);
  });

  it("is free again when the suspect is in hand no more", () => {
    turn.admits("a");
    turn.opened("a", limits.suspectRecoveries);
    turn.closed("a");
    expect(turn.admits("b")).toBe(everybody);
  });

  it("is free again when the suspect has lived for a while, and then belongs to the next one", () => {
    turn.admits("a");
    turn.opened("a", limits.suspectRecoveries);
    now = 1_000;
    expect(turn.admits("b")).toBe(everybody);
    turn.opened("b", limits.suspectRecoveries);
    turn.closed("a");
    expect(turn.admits("c")).toBe(noSuspects);
  });
});

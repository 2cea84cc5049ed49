/**
 * What is durable in the simulated fleet: the run's state parts, step records, facts and inbox. A commit is all or
 * nothing, and checks on the way in that no step result is ever recorded twice.
 */
import type { Decision } from "@runfleet/engine";
import type { Fact, InboxEvent, StepRecord } from "@runfleet/model";
import { applied, checkDecision, keepStep } from "../support/engine/world.js";

export function createLog() {
  const steps = new Map<string, StepRecord>();
  const facts: Fact[] = [];
  const inbox: InboxEvent[] = [];
  let parts: Record<string, string> = {};
  /** Entries before `seen` are consumed, those before `taken` are in the hands of a worker. */
  let seen = 0;
  let taken = 0;

  return {
    isEmpty: () => Object.keys(parts).length === 0,
    parts: () => parts,
    steps: () => steps,
    facts: () => facts,
    append: (event: InboxEvent) => void inbox.push(event),
    nothingUnread: () => seen === inbox.length,
    takeUnread(): InboxEvent[] {
      taken = inbox.length;
      return inbox.slice(seen, taken);
    },
    /** A worker died with what it had taken. */
    putBack() {
      taken = seen;
    },
    commit(decision: Decision) {
      parts = applied(parts, decision);
      checkDecision(decision, parts);
      for (const step of decision.steps) keepStep(steps, step);
      facts.push(...decision.facts);
      seen = taken;
    },
  };
}

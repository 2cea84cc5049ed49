/** What every part of the oracle works with: the clock, the answers, the memory, and the log of what happened. */
import type { Address, Fact, Failure, StepRecord } from "@runfleet/model";
import { attemptKey, iterationOf } from "@runfleet/model";
import type { Clock, Stop } from "./clock.js";
import { type Asked, askedLine, recordLine, timelineLine } from "./lines.js";
import type { Memory } from "./memory.js";
import type { Program } from "./programs.js";

/** How a node ended, as the node around it sees it. */
export type End =
  | { readonly type: "completed"; readonly skipped?: true; readonly markers?: readonly string[] }
  /** `fatal` ends every block around it. */
  | { readonly type: "failed"; readonly error: Failure; readonly fatal: boolean }
  | { readonly type: "cancelled" };

export const completed: End = { type: "completed" };
export const cancelled: End = { type: "cancelled" };

/** Where a node is executed. */
export interface Place {
  readonly at: Address;
  readonly stop: Stop;
  /** What calls take over from the blocks around them. */
  readonly scope: { readonly with: readonly string[]; readonly output?: string | undefined };
  /** Further variables; only for the agent that looks after a failure. */
  readonly failed?: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly program: Program;
  readonly clock: Clock;
  readonly memory: Memory;
  readonly log: Log;
  /** How often a person was asked about a step in doubt, by address. */
  readonly doubts: Map<Address, number>;
  /** The next signal of a name, now or when it comes, unless nobody waits any more then. */
  readonly signal: (name: string, isOpen: () => boolean) => Promise<{ readonly data?: string }>;
}

export type Log = ReturnType<typeof createLog>;

export function createLog(clock: Clock) {
  const asked: string[] = [];
  const timeline: string[] = [];
  const records = new Map<string, string>();
  return {
    asked: () => asked,
    timeline: () => timeline,
    records: () => [...records.values()],
    ask: (command: Asked) => void asked.push(askedLine(clock.now(), command)),
    note(fact: Fact) {
      const line = timelineLine(clock.now(), fact);
      if (line !== undefined) timeline.push(line);
    },
    record(step: Omit<StepRecord, "iteration" | "markers"> & { markers?: readonly string[] }) {
      const isOpen = step.status === "running" || step.status === "waiting";
      const line = recordLine({
        ...step,
        markers: [...(step.markers ?? [])],
        iteration: iterationOf(step.address),
        ...(!isOpen && { endedAt: step.endedAt ?? clock.now() }),
      });
      records.set(attemptKey(step.address, step.attempt), line);
    },
  };
}

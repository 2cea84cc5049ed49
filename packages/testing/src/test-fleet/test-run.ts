/** One run in a test: the client's handle, and waits that say at once when they are in vain. */
import type { RunHandle, StartedRun } from "@runfleet/client";
import {
  type HistoryEvent,
  isEnded,
  limits,
  RunfleetError,
  type RunRecord,
  type RunStore,
} from "@runfleet/model";
import type { OpenFleet } from "./open-fleet.js";

/** A gate that is open: what a run says about it, and whose it is. */
export type WaitingGate = Extract<RunRecord["blockedOn"][number], { type: "gate" }> & {
  readonly runId: string;
  readonly rootId: string;
};

interface InTest {
  /**
   * Resolves when a gate of this name (without one: any) is open in the run or in a child below it. Throws `timeout` when
   * the run ends before, or nothing can happen any more.
   */
  untilGate(name?: string): Promise<WaitingGate>;
  /** The run's history up to now, in order. */
  history(): Promise<readonly HistoryEvent[]>;
}

export type TestRun = RunHandle & InTest;
export type StartedTestRun = StartedRun & InTest;

export function inTest<Handle extends RunHandle>(fleet: OpenFleet, handle: Handle): Handle & InTest {
  return {
    ...handle,
    untilGate: (name) => untilGate(fleet, handle.id, name),
    async history() {
      const events: HistoryEvent[] = [];
      for await (const event of handle.events({ until: "history" })) events.push(event);
      return events;
    },
  };
}

async function untilGate(fleet: OpenFleet, runId: string, name: string | undefined): Promise<WaitingGate> {
  let found: WaitingGate | undefined;
  await fleet.clockwork.until({
    async isOver() {
      const gates = await waitingGates(fleet.redis.memory);
      found = gates.find((gate) => isBelow(gate, runId) && (name === undefined || gate.name === name));
      if (found !== undefined) return true;
      const { status } = await fleet.client.get(runId);
      if (isEnded(status)) throw endedBefore(runId, { status, name });
      return false;
    },
  });
  if (found === undefined) throw new TypeError("a wait without an end ends with a gate");
  return found;
}

/** Every gate that somebody or something outside has to decide: those of people, signals, and resolvers. */
export async function waitingGates(memory: RunStore): Promise<readonly WaitingGate[]> {
  const { rows } = await memory.listRuns({ limit: limits.pageRowsMax });
  const open = rows.filter(({ status }) => !isEnded(status));
  return open.flatMap(({ id, rootId, blockedOn }) =>
    blockedOn.flatMap((wait) => (wait.type === "gate" ? [{ ...wait, runId: id, rootId }] : [])),
  );
}

function isBelow(gate: WaitingGate, runId: string): boolean {
  return gate.runId === runId || gate.rootId === runId;
}

function endedBefore(
  runId: string,
  { status, name }: { readonly status: string; readonly name: string | undefined },
): RunfleetError {
  const gate = name === undefined ? "a gate" : `the gate "${name}"`;
  return new RunfleetError("timeout", `run ${runId} is ${status} and never opened ${gate}`, {
    details: { runId, status },
  });
}

/**
 * Repairs what a death between two writes left behind, on any worker, in bounded steps: outbox entries nobody confirmed,
 * runs that should be awake and are not, runs whose owner has gone silent, lines with room. It only wakes; it never
 * decides.
 */
import type { ActionLog } from "./action.js";
import type { Clock } from "./clock.js";
import type { OutboxPorts } from "./outbox.js";
import { performEntry, wake } from "./outbox.js";

export interface Sweeper {
  /** One bounded round; answers how many things it touched. */
  sweep(): Promise<number>;
  stop(): void;
}

/** Kinds of what a sweeper sets going again. */
export type Repaired = "outbox_entry" | "sleeping_run" | "silent_owner" | "line";

/** Rows looked at per kind and round. */
const rowsMax = 200;
/** Younger outbox entries belong to the worker that wrote them. */
const outboxAgeMs = 5_000;

export function createSweeper(options: {
  ports: OutboxPorts;
  clock: Clock;
  /** A number in [0, 1) for the jitter that keeps the sweeps of many workers apart. */
  random: () => number;
  /** An owner not heard of for this long is taken for dead. */
  silentMs: number;
  intervalMs: number;
  log: ActionLog;
  /** Told of what was set going again, so many of a kind. Default: nobody. */
  onRepaired?: (what: Repaired, count: number) => void;
}): Sweeper {
  const { ports, log, onRepaired = () => {} } = options;
  let stopTimer: (() => void) | undefined;
  let stopped = false;

  // After a stop what the sweep needs is being closed, and another worker's next round finds the rest.
  const warn: ActionLog["warn"] = (message, fields) => {
    if (!stopped) log.warn(message, fields);
  };
  // What fails stays where it is and is found again; it must not keep the others waiting.
  const repair = async (what: string, procedure: () => Promise<void>): Promise<void> => {
    if (stopped) return;
    await procedure().catch((error: unknown) =>
      warn("sweep could not repair", { what, error: String(error) }),
    );
  };

  // Most of those that are told have a job that is ready, or in hand: there is a backlog, not a loss.
  const awaken = (runId: string, what: Repaired): Promise<void> =>
    repair(`run ${runId}`, async () => {
      if (await wakeRun(runId, ports)) onRepaired(what, 1);
    });

  // Whoever raised a limit dies before the lines of all keys had their turn. A page of the lines in each round.
  let cursor: string | undefined;
  const letIn = async (): Promise<number> => {
    const { store } = ports;
    const page = await store.listScopes({ limit: rowsMax, ...(cursor === undefined ? {} : { cursor }) });
    cursor = page.cursor;
    const standing = page.rows.filter((line) => line.waiting > 0 && line.held < (line.limit ?? Infinity));
    for (const line of standing) {
      await repair(`the line of workflow ${line.workflow}`, async () => {
        const { granted = [] } = await store.letIn(line);
        onRepaired("line", granted.length);
        for (const entry of granted) await store.outboxDone(await performEntry(entry, ports));
      });
    }
    return standing.length;
  };

  const sweep = async (): Promise<number> => {
    const { store } = ports;
    const entries = await store.outboxPending({ olderThanMs: outboxAgeMs, limit: rowsMax });
    for (const entry of entries) {
      await repair(`outbox entry ${entry.id}`, async () => {
        await store.outboxDone(await performEntry(entry, ports));
        onRepaired("outbox_entry", 1);
      });
    }
    const asleep = await store.wakeable({ limit: rowsMax });
    const silent = await store.silentOwners({ silentMs: options.silentMs, limit: rowsMax });
    for (const runId of asleep) await awaken(runId, "sleeping_run");
    for (const runId of silent) await awaken(runId, "silent_owner");
    return entries.length + asleep.length + silent.length + (await letIn());
  };

  const schedule = (): void => {
    if (stopped) return;
    stopTimer = options.clock.after(options.intervalMs * (0.75 + options.random() / 2), round);
  };
  const round = (): void => {
    sweep()
      .catch((error) => warn("sweep failed, trying again later", { error: String(error) }))
      .finally(schedule);
  };
  schedule();

  return {
    sweep,
    stop() {
      stopped = true;
      stopTimer?.();
    },
  };
}

async function wakeRun(runId: string, ports: OutboxPorts): Promise<boolean> {
  const run = await ports.store.readRun(runId);
  return run !== undefined && (await wake(runId, run.pool, ports));
}

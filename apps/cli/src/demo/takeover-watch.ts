/**
 * Notices in the demo's pictures that a worker process is gone, and who goes on with what it had in hand. Knows only
 * what it is shown; asks nobody.
 */
import type { RunRow, WorkerDocument } from "@runfleet/client";
import { packageName } from "./package-name.js";

export interface Look {
  /** Worker processes of this fleet that lived before the rest was read. */
  readonly livePids: readonly number[];
  /** Workers as they announced themselves; a dead one stays in here for a while. */
  readonly workers: readonly WorkerDocument[];
  /** Child runs that a worker holds. */
  readonly children: readonly RunRow[];
  /** Epoch ms. */
  readonly now: number;
}

export interface TakeoverWatch {
  /** Lines about what has happened since the look before. */
  look(seen: Look): readonly string[];
  /** True when this worker's process was seen alive and has gone since. */
  isGone(workerId: string): boolean;
}

interface Gone {
  readonly workerId: string;
  readonly pid: number;
  readonly noticedAt: number;
  /** What it held and nobody has taken over yet: run id → package. */
  readonly left: Map<string, string>;
}

export function createTakeoverWatch(): TakeoverWatch {
  const alive = new Map<string, number>();
  const gone = new Map<string, Gone>();
  return {
    look(seen) {
      for (const { id, pid } of seen.workers) if (seen.livePids.includes(pid)) alive.set(id, pid);
      const deaths = [...alive]
        .filter(([, pid]) => !seen.livePids.includes(pid))
        .map(([workerId, pid]) => goneOf({ workerId, pid }, seen));
      for (const death of deaths) {
        alive.delete(death.workerId);
        gone.set(death.workerId, death);
      }
      return [...deaths.map(deathLine), ...[...gone.values()].flatMap((one) => takeoverLines(one, seen))];
    },
    isGone: (workerId) => gone.has(workerId),
  };
}

function goneOf(worker: { readonly workerId: string; readonly pid: number }, { children, now }: Look): Gone {
  const held = children.filter((child) => child.owner === worker.workerId);
  return { ...worker, noticedAt: now, left: new Map(held.map((child) => [child.id, packageName(child)])) };
}

function deathLine({ pid, left }: Gone): string {
  if (left.size === 0) return `worker pid ${pid} is gone; it had no package in hand`;
  return `worker pid ${pid} is gone; its packages go on when its leases have run out: ${[...left.values()].join(", ")}`;
}

/** Takes out of `left` what is not the dead worker's any more: only another worker can have changed that. */
function takeoverLines({ workerId, left, noticedAt }: Gone, { workers, children, now }: Look): string[] {
  const owners = new Map(children.map((child) => [child.id, child.owner]));
  const pids = new Map(workers.map((worker) => [worker.id, `worker pid ${worker.pid}`]));
  const taken = new Map<string, string[]>();
  for (const [runId, name] of left) {
    // Held by nobody and still running: it is on its way.
    const owner = owners.has(runId) ? (owners.get(runId) ?? workerId) : undefined;
    if (owner === workerId) continue;
    left.delete(runId);
    // It may have ended between two looks; then nobody holds it any more.
    const by = pids.get(owner ?? "") ?? "another worker";
    taken.set(by, [...(taken.get(by) ?? []), name]);
  }
  const after = ((now - noticedAt) / 1_000).toFixed(1);
  return [...taken].map(([by, names]) => `${by} took over after ${after} s: ${names.join(", ")}`);
}

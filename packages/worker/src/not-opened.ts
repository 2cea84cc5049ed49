/**
 * What becomes of a job whose run the store does not give to this worker: it rests, it is over, or the run is ended here because
 * no worker may continue it.
 */
import {
  type ActivateReply,
  type Disposition,
  isEnded,
  type Lease,
  RunfleetError,
  type RunStore,
} from "@runfleet/model";
import type { ActivatorOptions } from "./activator.js";

/** How soon a suspect asks again while another one has its turn; a worker without one may take it before. */
const suspectRestMs = 500;

/** What to do with a job whose run cannot be opened. */
export async function notOpened(
  reply: Exclude<ActivateReply, { tag: "activated" }>,
  lease: Lease,
  options: Pick<ActivatorOptions, "store" | "ports" | "leaseTtlMs">,
): Promise<Disposition> {
  switch (reply.tag) {
    case "ended":
      return { type: "ended", status: reply.status };
    case "not_found":
      return { type: "ended", status: "completed", isGone: true };
    case "busy":
      return { type: "busy", retryAfterMs: reply.retryAfterMs };
    case "lost":
      return { type: "busy", retryAfterMs: options.leaseTtlMs };
    case "limited":
      return { type: "parked", stillParked: () => isInLine(lease.runId, options.store) };
    case "suspect":
      return { type: "busy", retryAfterMs: suspectRestMs };
    case "crash_loop": {
      const message = `${reply.recoveries} workers in a row died on this run; mend the cause, then retry it`;
      const error = { code: "crash_loop", message };
      const { runId, token: leaseToken } = lease;
      const { store, ports } = options;
      const run = await store.readRun(runId);
      const retentionMs = ports.keptMs({ workflow: run?.workflow ?? "", status: "failed" });
      const failed = await store.failUnowned({ runId, leaseToken, error, retentionMs });
      const granted = failed.tag === "finished" ? (failed.granted ?? []) : [];
      if (run !== undefined && granted.length > 0)
        await store.outboxDone(await ports.performOutbox(granted, run));
      return { type: "ended", status: "failed", error: message };
    }
    default:
      return unknownReply(reply);
  }
}

/**
 * Asked after the job lies still. Whoever gave the run a permit before that has put it into the timers; whoever ended it found
 * a job in a worker's hands and left it.
 */
async function isInLine(runId: string, store: RunStore): Promise<boolean> {
  const [run, dueAt] = await Promise.all([store.readRun(runId), store.dueAt(runId)]);
  return run !== undefined && !isEnded(run.status) && dueAt === undefined;
}

function unknownReply(reply: never): never {
  throw new RunfleetError("internal", `unknown reply ${JSON.stringify(reply)}`);
}

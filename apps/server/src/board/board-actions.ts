/**
 * Everything the board can be asked to change, and what becomes of it. A job is a wake-up, so what BullMQ does to jobs harms no
 * run; what would be of no use, or keep Redis busy for long, is refused. What is not in the table is refused.
 */
import type { BullBoardQueues } from "@bull-board/api/typings/app";
import type { FleetClient } from "@runfleet/client";
import { isRunfleetError, RunfleetError } from "@runfleet/model";

export interface BoardRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly queues: BullBoardQueues;
  /** Who asks, as it is recorded. */
  readonly by: string;
  readonly fleet: FleetClient;
}

/** `passed` = Bull Board does it; otherwise it has been done in its place, and this is the answer. */
type Treated = "passed" | { readonly status: 200 | 204; readonly body?: object };
type Treatment = "passed" | ((request: BoardRequest) => Promise<Treated>);

const job = "/api/queues/:queueName/:jobId";
const queue = "/api/queues/:queueName";

const treatments: Readonly<Record<string, Treatment>> = {
  // The job follows its run: a retry of the job alone would find a run that has ended.
  [`PUT ${job}/retry`]: async ({ params, by, fleet }) => {
    await fleet.retry(params["jobId"] ?? "", { by });
    return { status: 204 };
  },
  // An early look at a run; it goes on only if it may.
  [`PUT ${job}/promote`]: "passed",
  // A run that is open gets its job back from a sweeper, or from what wakes it.
  [`PUT ${job}/clean`]: "passed",
  [`PUT ${queue}/clean/:queueStatus`]: async ({ params }) => {
    const status = params["queueStatus"] ?? "";
    if (status === "completed" || status === "failed") return "passed";
    throw refusal(`jobs that are ${status} belong to open runs and would come back: cancel the runs instead`);
  },
  // Workers take nothing more of the pool until it is resumed.
  [`PUT ${queue}/pause`]: "passed",
  [`PUT ${queue}/resume`]: "passed",
  "PUT /api/queues/pause": "passed",
  "PUT /api/queues/resume": "passed",
  [`PUT ${queue}/retry/:queueStatus`]: retryFailed,
};

/** Jobs of one "retry all": enough for a person's click, and ended within seconds. */
const retriedMax = 1_000;
const pageJobs = 100;

/** The failed root runs of a pool; children are retried with their root. */
async function retryFailed({ params, queues, by, fleet }: BoardRequest): Promise<Treated> {
  const queue = queues.get(params["queueName"] ?? "");
  if (queue === undefined || params["queueStatus"] !== "failed") throw refusal("only failed runs can go on");
  const ids: string[] = [];
  for (let start = 0; start < retriedMax; start += pageJobs) {
    const jobs = await queue.getJobs(["failed"], start, start + pageJobs - 1);
    ids.push(...jobs.map((found) => String(found.toJSON().id)));
    if (jobs.length < pageJobs) break;
  }
  let retried = 0;
  for (const id of ids) {
    try {
      await fleet.retry(id, { by });
      retried += 1;
    } catch (error) {
      if (!isRunfleetError(error) || error.retryable) throw error;
    }
  }
  return { status: 200, body: { retried, skipped: ids.length - retried } };
}

/** What to do with a request that may change something. Throws `invalid_usage` for what the board does not do. */
export async function treat(
  route: { readonly method: string; readonly path: string },
  request: BoardRequest,
): Promise<Treated> {
  const treatment = treatments[`${route.method} ${route.path}`];
  if (treatment === undefined) {
    throw refusal("a queue holds wake-ups, no work: start, cancel, retry and schedule runs instead");
  }
  return treatment === "passed" ? treatment : treatment(request);
}

function refusal(why: string): RunfleetError {
  return new RunfleetError("invalid_usage", `this is not done from here; ${why}`);
}

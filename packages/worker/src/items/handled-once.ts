/**
 * Which ended runs a foreach over `workflow_runs` gets: each is given to one run of the foreach, and what that run ended
 * without starting is given to the next. Known by the child that is started for it, whose id follows from its place.
 */
import type { ItemClaim, RunRecord, RunStore } from "@runfleet/model";
import { isEnded } from "@runfleet/model";
import { childRunId } from "../child-run-id.js";
import type { ItemsRequest } from "../config.js";

type Store = Pick<RunStore, "claimItem" | "readRun">;

/** Claims on their way at once. */
const parallelMax = 50;
/** Attempts before this one that are looked at: one for each operator's retry of the step. */
const attemptsMax = 100;

/** Answers those of the runs that this foreach gets, now or since before, in their order. */
export async function claimRuns(
  runs: readonly RunRecord[],
  { store, request }: { readonly store: Store; readonly request: ItemsRequest },
): Promise<RunRecord[]> {
  const given: RunRecord[] = [];
  for (let start = 0; start < runs.length; start += parallelMax) {
    request.signal.throwIfAborted();
    const batch = runs.slice(start, start + parallelMax);
    const isGiven = await Promise.all(batch.map(({ id }) => claim(id, { store, request })));
    given.push(...batch.filter((_, index) => isGiven[index]));
  }
  return given;
}

async function claim(
  runId: string,
  { store, request }: { readonly store: Store; readonly request: ItemsRequest },
): Promise<boolean> {
  const { run, step } = request;
  const own = { by: run.id, childId: childRunId(run.id, { ...step, itemId: runId }) };
  const wanted = { runId, consumer: `${run.workflow}\n${step.name}`, claim: own };
  const reply = await store.claimItem(wanted);
  if (reply.tag !== "claimed") return reply.tag === "given";
  if (!(await isOpenAgain(reply.claim, { store, request, runId }))) return false;
  // Whoever is faster of two gets it.
  return (await store.claimItem({ ...wanted, instead: reply.claim })).tag === "given";
}

async function isOpenAgain(
  { by, childId }: ItemClaim,
  place: { readonly store: Store; readonly request: ItemsRequest; readonly runId: string },
): Promise<boolean> {
  const { store, request, runId } = place;
  const child = await store.readRun(childId);
  if (by === request.run.id) {
    const isRetried = earlierChildren(request, runId).includes(childId);
    return child === undefined || (isRetried && child.status !== "completed");
  }
  if (child !== undefined) return false;
  // A run that is gone has handled what it got, as far as anybody can say.
  const holder = await store.readRun(by);
  return holder !== undefined && isEnded(holder.status);
}

/** Children that earlier attempts of this very step started for the item. */
function earlierChildren({ run, step }: ItemsRequest, itemId: string): string[] {
  const attempts = Math.min(step.attempt - 1, attemptsMax);
  return Array.from({ length: attempts }, (_, index) =>
    childRunId(run.id, { ...step, attempt: index + 1, itemId }),
  );
}

/**
 * When two states are one. Only order counts for generations below a run's present one, and only equality for lease
 * tokens, so both are renumbered; the two workers are alike, so their order is taken from what they do.
 */
import type { Errand, RunName, RunRecord, State, Stored, Worker, WorkerName } from "./state.js";
import { storedOf, workerNames } from "./state.js";

export function keyOf(runs: readonly RunName[], state: State): string {
  const order = ordered(state);
  const names = renaming(state, order, runs);
  const workers = order.map((name) => workerKey(state.workers[name], names));
  const stored = runs.map((run) => {
    const known = storedOf(state.redis, run);
    return storedKey(known, { order, names, repeatable: isRepeatable(known.record, state) });
  });
  const { client, answerer, canceller, sweeper } = state.outsiders;
  const { granted, isDeadlineOver, left, redis } = state;
  const rest = [
    names.generation(granted),
    isDeadlineOver ? 1 : 0,
    ...Object.values(left),
    redis.outbox.join("+"),
    ...[client, answerer, canceller, sweeper].map(errandsKey),
  ];
  return [...workers, ...stored, ...rest].join("|");
}

interface Renaming {
  readonly token: (token: number) => number;
  readonly generation: (generation: number) => number;
}

/**
 * Tokens by who has them: a token that no worker and no lease has any more is like every other one that is over.
 * Generations by rank, but exact distances from the smallest present one on.
 */
function renaming(
  { redis, workers, granted }: State,
  order: readonly WorkerName[],
  runs: readonly RunName[],
): Renaming {
  const tokens: number[] = [0];
  const generations: number[] = [granted];
  let floor = granted;
  for (const name of order) {
    tokens.push(workers[name].token);
    generations.push(workers[name].generation);
  }
  for (const run of runs) {
    const { record, lease } = storedOf(redis, run);
    tokens.push(lease);
    generations.push(record.generation);
    floor = Math.min(floor, record.generation);
  }
  const below = [...new Set(generations)].filter((generation) => generation < floor).sort((a, b) => b - a);
  return {
    token: (token) => tokens.indexOf(token),
    generation: (generation) => (generation < floor ? -1 - below.indexOf(generation) : generation - floor),
  };
}

function workerKey(worker: Worker, names: Renaming): string {
  if (worker.at === "idle") return "idle";
  return `${placeKey(worker)},${names.token(worker.token)},${names.generation(worker.generation)}`;
}

/** Workers that do the same keep their order: two keys of one state cost time only. */
function ordered({ workers }: State): readonly WorkerName[] {
  return placeKey(workers.A) <= placeKey(workers.B) ? workerNames : swapped;
}

const swapped = ["B", "A"] as const;

/** What a worker does, without the numbers. */
const placeKey = remembered((worker: Worker): string => {
  const { token, generation, run, ...place } = worker;
  return `${run} ${JSON.stringify(place)}`;
});

function storedKey(
  { record, lease, job }: Stored,
  { order, names, repeatable }: { order: readonly WorkerName[]; names: Renaming; repeatable: boolean },
): string {
  const holder = job.startsWith("active") ? `active ${job.endsWith(order[0] ?? "A") ? 0 : 1}` : job;
  const given = `${names.generation(record.generation)},${names.token(record.nonce)},${names.token(lease)}`;
  return `${recordKey(record)},${repeatable ? 1 : 0},${given},${holder}`;
}

/** Whether a write that some worker may send is the newest commit already: all that a commit's id matters for. */
function isRepeatable({ commit }: RunRecord, { workers }: State): boolean {
  return workerNames.some((name) => {
    const { generation, commits } = workers[name];
    return generation === commit.generation && commits === commit.number;
  });
}

/** A record without what is renumbered. */
const recordKey = remembered((record: RunRecord): string => {
  const { generation, nonce, commit, ...rest } = record;
  return JSON.stringify(rest);
});

const errandsKey = remembered((errands: readonly Errand[]): string => JSON.stringify(errands));

/** Most parts of a state are shared with the state before it. */
function remembered<T extends object>(keyOfPart: (part: T) => string): (part: T) => string {
  const known = new WeakMap<T, string>();
  return (part) => {
    const before = known.get(part);
    if (before !== undefined) return before;
    const key = keyOfPart(part);
    known.set(part, key);
    return key;
  };
}

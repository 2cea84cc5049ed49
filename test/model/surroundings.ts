/**
 * Everybody and everything around the workers: a client that starts runs, a person who answers a gate, one who cancels,
 * a sweeper, time, and what goes wrong. Each of them has errands and does them one after the other; any may die between two.
 */

import type { Step } from "./explore.js";
import type { Move } from "./protocol.js";
import { tell, workerMoves } from "./protocol.js";
import { createRun, errandsOf, requestCancel, runErrand } from "./scripts.js";
import type { Errand, Left, OutsiderName, RunName, State, WorkerName } from "./state.js";
import { idle, storedOf, withStored, withWorker, workerNames } from "./state.js";
import type { World } from "./worlds.js";

/** Everything that may happen in a state. */
export function stepsFrom(world: World, state: State): readonly Step<State>[] {
  return [
    ...workerNames.flatMap((name) => workerSteps(world, state, name)),
    ...outsiderNames.flatMap((name) => outsiderSteps(world, state, name)),
    ...time(world, state),
  ];
}

const outsiderNames = ["client", "answerer", "canceller", "sweeper"] as const;

const byItself = (actor: string, { does, to }: Move): Step<State> => ({ actor, does, isFault: false, to });
const asFault = (actor: string, { does, to }: Move): Step<State> => ({ actor, does, isFault: true, to });

function workerSteps(world: World, state: State, name: WorkerName): Step<State>[] {
  const actor = `worker ${name}`;
  const moves = workerMoves(world, state, name);
  return [
    ...moves.map((move) => byItself(actor, move)),
    ...moves
      .flatMap((move) => [...forgotten(world, state, move), ...unanswered(state, move)])
      .map((move) => asFault(actor, move)),
    ...accidents(state, name).map((move) => asFault(actor, move)),
  ];
}

/** Death, standing still, being asked to stop. */
function accidents(state: State, name: WorkerName): Move[] {
  const me = state.workers[name];
  if (me.at === "idle") return [];
  const moves: Move[] = [];
  if (state.left.deaths > 0)
    moves.push({ does: "dies and starts anew", to: withWorker(spent(state, "deaths"), name, idle) });
  if (state.left.stalls > 0 && !me.isLate) {
    moves.push({
      does: "stands still for long",
      to: withWorker(spent(state, "stalls"), name, { isLate: true }),
    });
  }
  if (state.left.stops > 0 && !me.isStopping && me.at !== "looks again" && me.at !== "promotes") {
    moves.push({
      does: "is asked to stop",
      to: withWorker(spent(state, "stops"), name, { isStopping: true }),
    });
  }
  return moves;
}

function spent(state: State, what: keyof Left): State {
  return { ...state, left: { ...state.left, [what]: state.left[what] - 1 } };
}

/** The write is made, its answer lost: the worker sends the same write again. */
function unanswered(state: State, { does, to, isRepeatable }: Move): Move[] {
  if (state.left.lostAnswers === 0 || isRepeatable === undefined) return [];
  const { redis, granted } = to;
  return [{ does: `${does}, and is not answered`, to: { ...spent(state, "lostAnswers"), redis, granted } }];
}

/** Redis answers and fails over to a replica that has not heard of the write. Nobody has seen it but who made it. */
function forgotten({ clocks }: World, state: State, { does, to }: Move): Move[] {
  if (state.left.failovers === 0 || to.redis === state.redis) return [];
  const granted = clocks === "behind" ? state.granted : to.granted;
  const { redis } = state;
  return [
    {
      does: `${does}, and Redis fails over and forgets it`,
      to: spent({ ...to, redis, granted }, "failovers"),
    },
  ];
}

function outsiderSteps(world: World, state: State, name: OutsiderName): Step<State>[] {
  const [errand, ...rest] = state.outsiders[name];
  const moves =
    errand === undefined ? initiatives[name](world, state) : [doNext(world, state, { name, errand, rest })];
  const dies = { does: "dies in between", to: withErrands(spent(state, "deaths"), name, []) };
  return [
    ...moves.map((move) => byItself(name, move)),
    ...moves.flatMap((move) => forgotten(world, state, move)).map((move) => asFault(name, move)),
    ...(errand !== undefined && state.left.deaths > 0 ? [asFault(name, dies)] : []),
  ];
}

function doNext(
  world: World,
  state: State,
  { name, errand, rest }: { name: OutsiderName; errand: Errand; rest: readonly Errand[] },
): Move {
  const redis = runErrand(state.redis, errand, world);
  return { does: tell(errand), to: withErrands({ ...state, redis }, name, rest) };
}

function withErrands(state: State, name: OutsiderName, errands: readonly Errand[]): State {
  return { ...state, outsiders: { ...state.outsiders, [name]: errands } };
}

/** What somebody without an errand may begin. */
const initiatives: Readonly<Record<OutsiderName, (world: World, state: State) => Move[]>> = {
  client({ runs: [root] }, state) {
    if (storedOf(state.redis, root).record.status !== "none") return [];
    const started = { ...state, redis: createRun(state.redis, root) };
    return [{ does: `creates ${root}`, to: withErrands(started, "client", [{ does: "add", run: root }]) }];
  },
  answerer(world, state) {
    const {
      runs: [run],
      defect,
    } = world;
    if (storedOf(state.redis, run).record.gate === "shut") return [];
    const answer: Errand = { does: "answer", run };
    const wake: Errand = { does: "wake", run };
    const order: readonly [Errand, Errand] =
      defect === "the event comes after the wake" ? [wake, answer] : [answer, wake];
    const redis = runErrand(state.redis, order[0], world);
    return [{ does: tell(order[0]), to: withErrands({ ...state, redis }, "answerer", [order[1]]) }];
  },
  canceller({ runs: [run] }, state) {
    const { status } = storedOf(state.redis, run).record;
    if (state.left.cancels === 0 || status === "none" || status === "ended") return [];
    const { redis, left } = requestCancel(state.redis, run);
    const asked = { ...spent(state, "cancels"), redis };
    return [{ does: `asks for the end of ${run}`, to: withErrands(asked, "canceller", [left]) }];
  },
  sweeper(world, state) {
    if (!world.hasSweeper || world.defect === "nobody sweeps") return [];
    const entries = state.redis.outbox.map((entry) => ({
      does: `finds "${entry}" in the outbox`,
      to: withErrands(state, "sweeper", errandsOf(entry)),
    }));
    const asleep = world.runs
      .filter((run) => isForSweeper(state, run))
      .map((run) => ({
        does: `finds ${run} unattended`,
        to: withErrands(state, "sweeper", [{ does: "wake", run }]),
      }));
    return [...entries, ...asleep];
  },
};

/** In `timers` and due, parked with its time over, or in `leases` with an owner that is not heard of any more. */
export function isForSweeper(state: State, run: RunName): boolean {
  const { record, lease } = storedOf(state.redis, run);
  if (record.isOwned) return lease !== record.nonce;
  return record.timer === "due" || (record.timer === "at the deadline" && state.isDeadlineOver);
}

/** Delays end, and what a dead or late worker held runs out. */
function time(world: World, state: State): Step<State>[] {
  const moves = world.runs.flatMap((run) => [...jobsByTime(state, run), ...locksByTime(state, run)]);
  const isWaiting = storedOf(state.redis, world.runs[0]).record.stage === "waiting";
  if (world.hasDeadline && !state.isDeadlineOver && isWaiting) {
    moves.push({ does: "reaches the deadline", to: { ...state, isDeadlineOver: true } });
  }
  return moves.map((move) => byItself("time", move));
}

function jobsByTime(state: State, run: RunName): Move[] {
  const { job } = storedOf(state.redis, run);
  const isDue = job === "resting" || (job === "sleeping" && state.isDeadlineOver);
  return isDue
    ? [
        {
          does: `makes the job of ${run} due`,
          to: { ...state, redis: withStored(state.redis, run, { job: "waiting" }) },
        },
      ]
    : [];
}

function locksByTime(state: State, run: RunName): Move[] {
  const { lease, job } = storedOf(state.redis, run);
  const moves: Move[] = [];
  if (lease !== 0 && !workerNames.some((name) => keeps(state, name) && state.workers[name].token === lease)) {
    moves.push({
      does: `ends the lease of ${run}`,
      to: { ...state, redis: withStored(state.redis, run, { lease: 0 }) },
    });
  }
  const isHeld = workerNames.some(
    (name) => keeps(state, name) && job === `active ${name}` && state.workers[name].run === run,
  );
  if (job.startsWith("active") && !isHeld) {
    moves.push({
      does: `ends the lock on the job of ${run}`,
      to: { ...state, redis: withStored(state.redis, run, { job: "waiting" }) },
    });
  }
  return moves;
}

/** It is alive and renews what it holds. */
function keeps(state: State, name: WorkerName): boolean {
  return !state.workers[name].isLate;
}

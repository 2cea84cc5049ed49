/** What the protocol promises, as rules about every state and about every step. */
import type { Step, System } from "./explore.js";
import type { RunName, State, WorkerName } from "./state.js";
import { storedOf, workerNames } from "./state.js";
import { isForSweeper } from "./surroundings.js";
import type { World } from "./worlds.js";

export const promises = {
  oneOwner: "at most one worker passes the fence of a run",
  recordedOnce: "the result of a step is recorded at most once",
  noLeaseWhileParked: "a parked run whose job sleeps holds no lease",
  noLostWake:
    "a run that nobody owns and that has something to do has a job that will come, or a sweeper finds it",
  ownersJobComes: "the job of an owned run comes back by itself when its owner dies",
  heardOnce: "a parent hears of its child exactly once before it ends",
  builtOnStored: "a write is made from the state that is stored",
  fencedChangesNothing: "a fenced owner changes nothing",
  generationRises: "the generation of a run never falls",
  grantedToHolder: "a run is given only to the holder of its lease",
  tokenRises: "every owner gets a greater number than anybody before it may have shown outside",
  endsOnce: "a run ends once, and nothing changes it afterwards",
} as const;

/** A failover may undo one of two steps that belong together: then a lease runs out, and a sweeper brings the job back. */
const hasFailedOver = (world: World, { left }: State): boolean => left.failovers < world.left.failovers;

/** A worker that stood still may open a run whose job another one has; if it dies too, it is the same. */
const hasStoodStill = (world: World, { left }: State): boolean => left.stalls < world.left.stalls;

export function rulesAlways(world: World): System<State>["always"] {
  const ofEachRun = (says: string, holds: (state: State, run: RunName) => boolean) => ({
    says,
    holds: (state: State) => world.runs.every((run) => holds(state, run)),
  });
  return [
    ofEachRun(promises.oneOwner, (state, run) => passingFence(world, state, run) <= 1),
    ofEachRun(promises.recordedOnce, ({ redis }, run) => storedOf(redis, run).record.recorded <= 1),
    ofEachRun(promises.noLeaseWhileParked, (state, run) => {
      return (
        hasFailedOver(world, state) || hasStoodStill(world, state) || holdsNoLeaseWhileParked(state, run)
      );
    }),
    ofEachRun(promises.noLostWake, (state, run) => willBeWoken(world, state, run)),
    ofEachRun(promises.ownersJobComes, (state, run) => {
      const { record, job } = storedOf(state.redis, run);
      const isExcused = !record.isOwned || hasFailedOver(world, state) || hasStoodStill(world, state);
      return isExcused || (job !== "sleeping" && job !== "gone" && job !== "done");
    }),
    ofEachRun(promises.heardOnce, ({ redis }, run) => {
      const { heard, status } = storedOf(redis, run).record;
      return heard <= 1 && (run !== "parent" || status !== "ended" || heard === 1);
    }),
  ];
}

/** Workers whose next write would be taken as the owner's. */
function passingFence({ defect }: World, { redis, workers }: State, run: RunName): number {
  const { record } = storedOf(redis, run);
  return workerNames.filter((name) => {
    const { at, run: its, generation, token } = workers[name];
    const isActive = its === run && (at === "decides" || at === "performs");
    const isNonceRight = token === record.nonce || defect === "only the generation is compared";
    return isActive && record.isOwned && generation === record.generation && isNonceRight;
  }).length;
}

function holdsNoLeaseWhileParked({ redis, workers }: State, run: RunName): boolean {
  const { record, lease, job } = storedOf(redis, run);
  if (record.status !== "waiting" || job !== "sleeping" || lease === 0) return true;
  // Somebody is about to open it, or to let go of it, after another one has parked it.
  return workerNames.some((name) => workers[name].token === lease);
}

function willBeWoken(world: World, state: State, run: RunName): boolean {
  const { record, job } = storedOf(state.redis, run);
  if (record.isOwned || record.status === "none" || record.status === "ended") return true;
  const isDue = record.timer === "at the deadline" && state.isDeadlineOver;
  if (record.inbox.length === 0 && !isDue) return true;
  const comes =
    job === "waiting" || job === "resting" || job.startsWith("active") || (isDue && job === "sleeping");
  const isFound = world.hasSweeper ? isForSweeper(state, run) : isInHand(state, run);
  return comes || isFound;
}

/** Without a sweeper: somebody alive is about to wake it, or to look. */
function isInHand({ workers, outsiders }: State, run: RunName): boolean {
  const hasErrand = Object.values(outsiders).some((errands) => errands.length > 0);
  return hasErrand || workerNames.some((name) => workers[name].run === run);
}

export function rulesOfSteps(world: World): System<State>["everyStep"] {
  const ofEachRun = (says: string, holds: (before: State, to: State, run: RunName) => boolean) => ({
    says,
    holds: (before: State, { to }: Step<State>) => world.runs.every((run) => holds(before, to, run)),
  });
  return [
    { says: promises.fencedChangesNothing, holds: fencedChangesNothing },
    { says: promises.builtOnStored, holds: isBuiltOnStored },
    ofEachRun(promises.generationRises, (before, to, run) => {
      return storedOf(to.redis, run).record.generation >= storedOf(before.redis, run).record.generation;
    }),
    ofEachRun(promises.grantedToHolder, (before, to, run) => {
      const { record, lease } = storedOf(to.redis, run);
      return record.nonce === storedOf(before.redis, run).record.nonce || record.nonce === lease;
    }),
    ofEachRun(promises.endsOnce, (before, to, run) => {
      const { record } = storedOf(before.redis, run);
      return record.status !== "ended" || record === storedOf(to.redis, run).record;
    }),
    ofEachRun(promises.tokenRises, (before, to, run) => {
      const { record } = storedOf(to.redis, run);
      const isGranted = record.nonce !== storedOf(before.redis, run).record.nonce;
      return world.clocks === "behind" || !isGranted || record.generation > before.granted;
    }),
  ];
}

const workerOf = (actor: string): WorkerName | undefined =>
  workerNames.find((name) => actor === `worker ${name}`);

function fencedChangesNothing(before: State, { actor, to }: Step<State>): boolean {
  const name = workerOf(actor);
  if (name === undefined) return true;
  const { at, run, generation, token } = before.workers[name];
  if (run === undefined || at !== "decides") return true;
  const { record } = storedOf(before.redis, run);
  const isRightful = record.generation === generation && record.nonce === token;
  return isRightful || record === storedOf(to.redis, run).record;
}

function isBuiltOnStored(before: State, { actor, to }: Step<State>): boolean {
  const name = workerOf(actor);
  const me = name === undefined ? undefined : before.workers[name];
  if (me?.run === undefined || me.at !== "decides") return true;
  const { record } = storedOf(before.redis, me.run);
  return record === storedOf(to.redis, me.run).record || record.stage === me.stage;
}

/**
 * What is explored: a few small worlds, each complete, and the defects that serve as negative controls. A defect leaves
 * out one protection of the protocol; the explorer must find what it protects from.
 */
import type { System } from "./explore.js";
import { keyOf } from "./key.js";
import { rulesAlways, rulesOfSteps } from "./rules.js";
import { createRun } from "./scripts.js";
import type { Left, RunName, State } from "./state.js";
import { firstState, storedOf, withStored } from "./state.js";
import { stepsFrom } from "./surroundings.js";

export type Defect =
  | "commit has no fence"
  | "only the generation is compared"
  | "the clock is no floor"
  | "the number is drawn apart from the lease"
  | "activate does not look at the lease"
  | "a repeated commit is not recognised"
  | "a commit does not name the one before it"
  | "the job is parked before the run"
  | "park does not look at the inbox"
  | "nobody looks again"
  | "nobody sweeps"
  | "the event comes after the wake"
  | "the parent is told after the end"
  | "a completed job is not woken";

export interface World {
  /** The run that must end first in the list; its child after it. */
  readonly runs: readonly [RunName, ...RunName[]];
  /** Whether the first run and its job are there already, or a client has to start it. */
  readonly isStarted: boolean;
  readonly hasSweeper: boolean;
  readonly hasDeadline: boolean;
  /** Clock of a replica after a failover: past every generation granted, or so far behind that it is no help. */
  readonly clocks: "ahead" | "behind";
  readonly left: Left;
  readonly defect: Defect | undefined;
}

const quiet: Left = { deaths: 0, stalls: 0, lostAnswers: 0, failovers: 0, stops: 0, cancels: 0 };

const plain: World = {
  runs: ["solo"],
  isStarted: true,
  hasSweeper: true,
  hasDeadline: false,
  clocks: "ahead",
  left: quiet,
  defect: undefined,
};

export const worlds = {
  /** Nothing goes wrong, so nothing may need a sweeper: there is none. */
  calm: { ...plain, isStarted: false, hasSweeper: false, left: { ...quiet, stops: 1, cancels: 1 } },
  start: { ...plain, isStarted: false, left: { ...quiet, deaths: 1 } },
  deaths: { ...plain, left: { ...quiet, deaths: 2, stalls: 1 } },
  answers: { ...plain, left: { ...quiet, lostAnswers: 1, stalls: 1, cancels: 1 } },
  deadline: { ...plain, hasDeadline: true, left: { ...quiet, deaths: 1, cancels: 1 } },
  family: { ...plain, runs: ["parent", "child"], left: { ...quiet, deaths: 1 } },
  failover: { ...plain, left: { ...quiet, failovers: 1, stalls: 1 } },
  "failover to a slow clock": { ...plain, clocks: "behind", left: { ...quiet, failovers: 1, stalls: 1 } },
} as const satisfies Readonly<Record<string, World>>;

export type WorldName = keyof typeof worlds;

export const worldNames = Object.keys(worlds) as WorldName[];

function started({ runs, left }: World): State {
  const first = firstState(runs, left);
  return {
    ...first,
    redis: withStored({ ...createRun(first.redis, runs[0]), outbox: [] }, runs[0], { job: "waiting" }),
  };
}

export function systemOf(world: World): System<State> {
  return {
    initial: world.isStarted ? started(world) : firstState(world.runs, world.left),
    stepsFrom: (state) => stepsFrom(world, state),
    key: (state) => keyOf(world.runs, state),
    hasEnded: ({ redis }) => storedOf(redis, world.runs[0]).record.status === "ended",
    always: rulesAlways(world),
    everyStep: rulesOfSteps(world),
  };
}

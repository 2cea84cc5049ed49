/**
 * Lets ended runs leave, on any worker, in bounded rounds: counts what has ended, removes the oldest families of
 * workflows that keep too much, then their children, and forgets what has expired. How much is kept are rules.
 */
import type { RunRetention } from "@runfleet/model";
import type { ActionLog } from "./action.js";
import type { Clock } from "./clock.js";
import type { RetentionRules } from "./retention-rules.js";

export interface RetentionKeeper {
  /** One bounded round; answers whether more is to be done now. */
  round(): Promise<boolean>;
  stop(): void;
}

interface RoundOptions {
  readonly store: RunRetention;
  readonly rules: RetentionRules;
  /** Names of sinks that must have a run's events before it is removed for want of room. */
  readonly sinks: readonly string[];
  readonly log: ActionLog;
}

/** Runs of each kind gone through at once, and how many times in one round: 2,000 runs of each. */
const rowsMax = 200;
const stepsMax = 10;
/** After a round that left something over: a fleet that ends a thousand runs a second must lose as many. */
const againMs = 250;

export function keepRetention(
  options: RoundOptions & {
    readonly clock: Clock;
    /** A number in [0, 1) for the jitter that keeps the rounds of many workers apart. */
    readonly random: () => number;
    readonly intervalMs: number;
  },
): RetentionKeeper {
  const { clock, random, intervalMs, log } = options;
  const round = rounds(options);
  let stopTimer: (() => void) | undefined;
  let stopped = false;

  const work = async (): Promise<void> => {
    let isMore = false;
    try {
      isMore = await round();
    } catch (error) {
      if (!stopped) log.warn("retention failed, trying again later", { error: String(error) });
    }
    schedule(isMore ? againMs : intervalMs);
  };
  const schedule = (restMs: number): void => {
    if (stopped) return;
    stopTimer = clock.after(restMs * (0.75 + random() / 2), () => void work());
  };
  schedule(intervalMs);

  return {
    round,
    stop() {
      stopped = true;
      stopTimer?.();
    },
  };
}

function rounds(options: RoundOptions): () => Promise<boolean> {
  const { store } = options;
  const trim = trimmer(options);
  let cursor: string | undefined;

  /** Workflows that may keep too much though nothing of them has ended: a page of all in each round. */
  const someKept = async (): Promise<readonly string[]> => {
    const page = await store.listKept({ limit: rowsMax, ...(cursor === undefined ? {} : { cursor }) });
    cursor = page.cursor;
    return page.rows.map(({ workflow }) => workflow);
  };

  return async () => {
    const grown = new Set<string>();
    const file = async (): Promise<number> => {
      const { looked, workflows } = await store.fileEnded({ limit: rowsMax });
      for (const workflow of workflows) grown.add(workflow);
      return looked;
    };
    let isMore = await repeated(file);
    for (const workflow of new Set([...grown, ...(await someKept())])) {
      isMore = (await repeated(() => trim(workflow))) || isMore;
    }
    isMore = (await repeated(() => store.removeOrphans({ limit: rowsMax }))) || isMore;
    return (await repeated(() => store.forgetExpired({ limit: rowsMax }))) || isMore;
  };
}

/** Answers how many families were removed. */
function trimmer({ store, rules, sinks, log }: RoundOptions): (workflow: string) => Promise<number> {
  const held = new Set<string>();
  return async (workflow) => {
    const { sinkWaitMs } = rules;
    const { removed, unarchived, isHeld } = await store.trimKept({
      ...{ workflow, sinks, sinkWaitMs, limit: rowsMax },
      ...rules.bounds(workflow),
    });
    if (unarchived.length > 0)
      log.error("runs were removed before every sink had their events", { workflow, runs: unarchived });
    if (isHeld && !held.has(workflow))
      log.warn("ended runs stay, since a sink has not taken their events yet", { workflow });
    if (isHeld) held.add(workflow);
    else held.delete(workflow);
    return removed;
  };
}

/** Repeats a step while it finds all it may; answers whether there is more. */
async function repeated(step: () => Promise<number>): Promise<boolean> {
  for (let count = 0; count < stepsMax; count += 1) {
    if ((await step()) < rowsMax) return false;
  }
  return true;
}

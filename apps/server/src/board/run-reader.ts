/**
 * Reads what the board shows beside a job: the run's progress and its lines. Workers write nothing of it into BullMQ, so
 * it costs when somebody looks, and nothing otherwise.
 */
import type { Definition, RunStore, StepRecord } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { logLines, progressOf, type RunProgress } from "./run-progress.js";

type Reads = Pick<RunStore, "readRun" | "readSteps" | "readDefinition">;

export interface RunReader {
  /** Undefined when the run is no longer kept. `glance` counts only runs whose steps are one page. */
  progress(runId: string, how: "glance" | "whole"): Promise<RunProgress | undefined>;
  /** The newest lines, oldest first; none when the run is no longer kept. */
  lines(runId: string): Promise<readonly string[]>;
}

/** A board shows a handful of workflows; each is some kilobytes. */
const definitionsMax = 100;
/** More lines than anybody reads in a browser. */
const linesMax = 1_000;

export function createRunReader(store: Reads): RunReader {
  const definitions = new Map<string, Definition>();

  const definitionOf = async (hash: string): Promise<Definition | undefined> => {
    const known = definitions.get(hash);
    if (known !== undefined) return known;
    const json = await store.readDefinition(hash);
    if (json === undefined) return undefined;
    const definition = JSON.parse(json) as Definition;
    if (definitions.size >= definitionsMax) definitions.clear();
    definitions.set(hash, definition);
    return definition;
  };

  const progress: RunReader["progress"] = async (runId, how) => {
    const run = await store.readRun(runId);
    if (run === undefined) return undefined;
    const [steps, definition] = await Promise.all([
      how === "glance" ? firstSteps(store, runId) : allSteps(store, runId),
      definitionOf(run.definitionHash),
    ]);
    return progressOf(run, steps, definition);
  };

  return {
    progress,
    lines: async (runId) => {
      const run = await store.readRun(runId);
      if (run === undefined) return [];
      return logLines(run, await allSteps(store, runId)).slice(-linesMax);
    },
  };
}

async function firstSteps(store: Reads, runId: string): Promise<readonly StepRecord[]> {
  return (await store.readSteps({ runId, limit: limits.pageRowsMax })).rows;
}

async function allSteps(store: Reads, runId: string): Promise<readonly StepRecord[]> {
  const steps: StepRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await store.readSteps({
      ...{ runId, limit: limits.pageRowsMax },
      ...(cursor === undefined ? {} : { cursor }),
    });
    steps.push(...page.rows);
    if (page.cursor === undefined) return steps;
    cursor = page.cursor;
  }
}

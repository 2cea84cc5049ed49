/** Reads a run and what is open below it, bounded however large the family is. Changes nothing. */
import type { FleetClient, RunRow } from "@runfleet/client";
import { isEnded, isRunfleetError, type RunDocument } from "@runfleet/model";
import { isOpenStep } from "../render/step-lines.js";

export interface Family {
  readonly root: RunDocument;
  /** The root run and the open runs below it that were read with their steps, by id. */
  readonly runs: ReadonlyMap<string, RunDocument>;
  /** The newest children of a run, oldest of them first, by the id of the run. */
  readonly children: ReadonlyMap<string, readonly RunRow[]>;
}

/** Runs read with their steps; the others are one line each. */
const runsReadMax = 16;
/** Children read of one run. Those that are open are most likely among the newest. */
const childrenReadMax = 100;

export async function readFamily(fleet: FleetClient, rootId: string): Promise<Family> {
  const root = await fleet.get(rootId);
  const runs = new Map([[rootId, root]]);
  const children = new Map<string, readonly RunRow[]>();
  const open = [root];
  for (let run = open.shift(); run !== undefined; run = open.shift()) {
    if (!waitsForChildren(run)) continue;
    const page = await fleet.list({ parent: run.id, limit: childrenReadMax });
    children.set(run.id, [...page.runs].reverse());
    const wanted = page.runs.filter(({ status }) => !isEnded(status)).slice(0, runsReadMax - runs.size);
    const read = await Promise.all(wanted.map(({ id }) => getIfThere(fleet, id)));
    for (const child of read.flatMap((each) => each ?? [])) {
      runs.set(child.id, child);
      open.push(child);
    }
  }
  return { root, runs, children };
}

function waitsForChildren({ status, steps }: RunDocument): boolean {
  if (isEnded(status)) return false;
  return steps.some((step) => isOpenStep(step.status) && (step.kind === "child" || step.kind === "foreach"));
}

/** A child may be forgotten between two reads. */
async function getIfThere(fleet: FleetClient, runId: string): Promise<RunDocument | undefined> {
  try {
    return await fleet.get(runId);
  } catch (error) {
    if (isRunfleetError(error) && error.code === "run_not_found") return undefined;
    throw error;
  }
}

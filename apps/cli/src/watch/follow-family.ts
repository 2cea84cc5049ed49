/**
 * The events of a run and of the runs below it, as they happen. Each run that is followed has a connection that waits, so
 * some are followed at once and the others in their turn; one that has ended before its turn is not. Bounded however large
 * the family is: of every run the parent tells that it began and ended.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { FleetClient } from "@runfleet/client";
import { type HistoryEvent, isRunfleetError } from "@runfleet/model";

const followedMax = 16;
/** A parent says that a run begins a moment before it is there. */
const lookAgainMs = 250;
const looksMax = 20;
/** For what runs below have told and nobody has read when the run ends. */
const lingerMs = 2_000;

/** `of`: the run below that tells it; nothing for the run itself. */
export type Tell = (event: HistoryEvent, of: string | undefined) => void;

/** Resolves when the run has ended, and those below that are followed have told their end. */
export async function followFamily(fleet: FleetClient, rootId: string, tell: Tell): Promise<void> {
  const stop = new AbortController();
  setMaxListeners(followedMax + 1, stop.signal);
  const followed = new Map<string, Promise<void>>();
  const waiting = new Set<string>();
  let open = 0;
  const next = (): void => {
    for (const runId of waiting) {
      if (open >= followedMax) return;
      waiting.delete(runId);
      open += 1;
      const following = followBelow(runId).finally(() => {
        open -= 1;
        next();
      });
      followed.set(runId, following);
    }
  };
  const items = new Map<string, string>();
  const follow = async (runId: string, of: string | undefined): Promise<void> => {
    for await (const event of fleet.events(runId, { signal: stop.signal })) {
      tell(event, of);
      const { began, ended } = childOf(event, items);
      if (began !== undefined && !followed.has(began)) waiting.add(began);
      if (ended !== undefined) waiting.delete(ended);
      // What has been is read in one go: a run that has ended since is not begun with.
      setImmediate(next);
    }
  };
  const followBelow = async (runId: string): Promise<void> => {
    for (let looks = 0; looks < looksMax && !stop.signal.aborted; looks += 1) {
      try {
        await follow(runId, runId);
        return;
      } catch (error) {
        if (!isRunfleetError(error) || error.code !== "run_not_found") throw error;
        await pause(lookAgainMs);
      }
    }
  };
  await follow(rootId, undefined);
  waiting.clear();
  const linger = setTimeout(() => stop.abort(), lingerMs);
  await Promise.all(followed.values()).finally(() => clearTimeout(linger));
}

/** The run below that an event says has begun or ended. `items`: which run an item of a foreach got. */
function childOf(
  event: HistoryEvent,
  items: Map<string, string>,
): { readonly began?: string; readonly ended?: string | undefined } {
  if (event.type === "child.started") return { began: event.childRunId };
  if (event.type === "child.ended") return { ended: event.childRunId };
  if (event.type === "fanout.item_started") {
    items.set(`${event.address} ${event.itemId}`, event.childRunId);
    return { began: event.childRunId };
  }
  if (event.type !== "fanout.item_ended") return {};
  const item = `${event.address} ${event.itemId}`;
  const ended = items.get(item);
  items.delete(item);
  return { ended };
}

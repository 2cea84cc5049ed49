/**
 * What a sweeper asks for: work that was promised and not confirmed, runs that should have a wake-up, owners that fell
 * silent. It only finds; whoever asks repairs.
 */
import { setImmediate as nextRound } from "node:timers/promises";
import type { OutboxEntry, RunStore } from "@runfleet/model";
import { claimOutbox } from "../generated/claim-outbox.js";
import { claimOverdue } from "../generated/claim-overdue.js";
import { claimWakeable } from "../generated/claim-wakeable.js";
import { confirmOutbox } from "../generated/confirm-outbox.js";
import { listSilent } from "../generated/list-silent.js";
import { runKeys } from "../keys.js";
import { pageRows } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { rowRunId } from "../run-record.js";
import { runScript } from "../script.js";
import { wakeableAgainMs, wakeableAgainPerRunMs } from "../sweep-times.js";
import type { Partition } from "./partition.js";
import { afterRow } from "./run-reads.js";

type Sweeps = Pick<RunStore, "outboxDone" | "outboxPending" | "wakeable" | "silentOwners">;

/** Parked runs that are looked at for each one that may be told: almost none is. */
const looksPerTold = 5;

/** Entries one script forgets; a script must not keep others waiting. */
const confirmedAtOnce = 500;

/** What is confirmed within one round of the event loop goes in one script: runs that start at once are confirmed at once. */
function confirmTogether(confirm: (ids: readonly string[]) => Promise<unknown>): RunStore["outboxDone"] {
  interface Gathered {
    readonly ids: string[];
    readonly confirmed: Promise<unknown>;
  }
  let open: Gathered | undefined;
  const gather = (): Gathered => {
    const ids: string[] = [];
    const confirmed = nextRound().then(() => {
      if (open === gathered) open = undefined;
      return confirm(ids);
    });
    const gathered = { ids, confirmed };
    return gathered;
  };
  return async (ids) => {
    if (ids.length === 0) return;
    if (open === undefined || open.ids.length >= confirmedAtOnce) open = gather();
    open.ids.push(...ids);
    await open.confirmed;
  };
}

export function sweeps(partition: Partition): Sweeps {
  const { redis, keys } = partition;
  const again = { againMs: wakeableAgainMs, againPerRunMs: wakeableAgainPerRunMs };
  const parkedLists = [keys.statusWaiting, keys.statusCancelling].map((key) => overdueOf(partition, key));
  return {
    outboxDone: confirmTogether((ids) => runScript(redis, confirmOutbox, { keys, values: { ids } })),
    outboxPending: async ({ olderThanMs, limit }) => {
      const { rest } = await runScript(redis, claimOutbox, {
        keys,
        values: { now: partition.now(), olderThanMs, limit: pageRows(limit) },
      });
      return (rest[0] as string[]).map((text) => JSON.parse(text) as OutboxEntry);
    },
    wakeable: async ({ limit }) => {
      const { rest } = await runScript(redis, claimWakeable, {
        keys,
        values: { now: partition.now(), limit: pageRows(limit), ...again },
      });
      const told = rest[0] as string[];
      for (const overdue of parkedLists)
        if (told.length < limit) told.push(...(await overdue(limit - told.length)));
      return told;
    },
    silentOwners: async ({ silentMs, limit }) => {
      const { rest } = await runScript(redis, listSilent, {
        keys,
        values: { now: partition.now(), silentMs, limit: pageRows(limit) },
      });
      return rest[0] as string[];
    },
  };
}

/**
 * Goes through the runs of a list page by page, again and again, and finds those that are parked and should have gone on.
 * There are none as long as no job is lost.
 */
function overdueOf(partition: Partition, list: string): (limit: number) => Promise<string[]> {
  const { redis, keys, tag } = partition;
  let cursor: string | undefined;
  return async (wanted) => {
    const limit = pageRows(wanted);
    const count = looksPerTold * limit;
    const rows = await withRedis("zrangebylex parked", () =>
      redis.zrangebylex(list, afterRow(cursor), "+", "LIMIT", 0, count),
    );
    const next = rows.length < count ? undefined : rows.at(-1);
    if (rows.length === 0) {
      cursor = next;
      return [];
    }
    const ids = rows.map(rowRunId);
    const { rest } = await runScript(redis, claimOverdue, {
      keys: { timers: keys.timers, runs: ids.map((id) => runKeys(tag, id).run) },
      values: { now: partition.now(), ids, limit, againMs: wakeableAgainMs },
    });
    const told = rest[0] as string[];
    // There may be more on this page; those that were told are not told again so soon.
    if (told.length < limit) cursor = next;
    return told;
  };
}

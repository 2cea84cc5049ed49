/**
 * The built-in item provider `workflow_runs`: runs that have ended, oldest first.
 *
 *   filter = { status = "failed,cancelled" workflow_name = "deploy" older_than = "7d" }
 *
 * All three may be left out. Each run is handled once: given to one run of the foreach, unless `again = "true"`.
 * Reads the lists of the store in pages, and only so many: a fleet may have millions of runs.
 */
import type { Item, RunRecord, RunStatus, RunStore } from "@runfleet/model";
import { isEnded, limits, parseDuration, RunfleetError } from "@runfleet/model";
import type { ItemProvider, ItemsRequest } from "../config.js";
import { claimRuns } from "./handled-once.js";

/** Runs that ended are what can be gone through: the others change while they are listed. */
const endedStatuses: readonly RunStatus[] = ["completed", "failed", "cancelled"];
const known: ReadonlySet<string> = new Set(["status", "workflow_name", "older_than", "again"]);
/** Pages read for one status: 100,000 rows. Whoever has more names a workflow. */
const pagesMax = 200;

interface Wanted {
  readonly statuses: readonly RunStatus[];
  readonly workflow?: string;
  /** Epoch ms; only runs that ended before. */
  readonly endedBefore: number;
  /** Those too that were given out before. */
  readonly isAgain: boolean;
}

type Store = Pick<RunStore, "listRuns" | "claimItem" | "readRun">;

export function workflowRunItems(ports: {
  readonly store: Store | undefined;
  /** Epoch ms. */
  readonly now: () => number;
}): ItemProvider {
  return {
    async items(request) {
      const { store } = ports;
      const { filter, scope } = request;
      if (store === undefined) throw bad("this worker cannot list runs");
      if (scope !== undefined) throw bad("does not support scope; use filter");
      const wanted = wantedRuns(filter, ports.now());
      const lists = await Promise.all(
        wanted.statuses.map((status) => runsOf(store, { wanted, status, request })),
      );
      const runs = lists.flat();
      if (runs.length > limits.foreachItemsMax) throw tooMany();
      return { items: runs.sort(oldestFirst).map(toItem) };
    },
  };
}

function wantedRuns(filter: Readonly<Record<string, string>>, now: number): Wanted {
  const unknown = Object.keys(filter).find((key) => !known.has(key));
  if (unknown !== undefined) throw bad(`unknown filter "${unknown}"; known are ${[...known].join(", ")}`);
  const { status, workflow_name: workflow, older_than: olderThan = "0s", again = "false" } = filter;
  if (again !== "true" && again !== "false") throw bad(`again = "${again}" is neither "true" nor "false"`);
  const ageMs = parseDuration(olderThan);
  if (ageMs === undefined) throw bad(`older_than = "${olderThan}" is no duration; write for example "7d"`);
  return {
    statuses: status === undefined ? endedStatuses : statusesOf(status),
    ...(workflow === undefined ? {} : { workflow }),
    endedBefore: now - ageMs,
    isAgain: again === "true",
  };
}

function statusesOf(text: string): RunStatus[] {
  const names = text.split(",").map((name) => name.trim());
  return [...new Set(names)].map((name) => {
    const status = endedStatuses.find((ended) => ended === name);
    if (status === undefined) throw bad(`status "${name}" is none of ${endedStatuses.join(", ")}`);
    return status;
  });
}

async function runsOf(
  store: Store,
  { wanted, status, request }: { wanted: Wanted; status: RunStatus; request: ItemsRequest },
): Promise<RunRecord[]> {
  const { workflow, endedBefore, isAgain } = wanted;
  const found: RunRecord[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    request.signal.throwIfAborted();
    const { rows, cursor: next } = await store.listRuns({
      ...{ status, limit: limits.pageRowsMax },
      ...(workflow === undefined ? {} : { workflow }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const runs = rows.filter((run) => isEnded(run.status) && (run.endedAt ?? run.createdAt) <= endedBefore);
    found.push(...(isAgain ? runs : await claimRuns(runs, { store, request })));
    if (found.length > limits.foreachItemsMax) throw tooMany();
    if (next === undefined) return found;
    cursor = next;
  }
  throw bad("there are too many runs to look through; name a workflow_name");
}

function oldestFirst(left: RunRecord, right: RunRecord): number {
  return left.createdAt - right.createdAt || (left.id < right.id ? -1 : 1);
}

function toItem({ id, label, workflow, status, startedAt, endedAt }: RunRecord): Item {
  const times = { started_at: startedAt, ended_at: endedAt };
  const texts = Object.entries(times).flatMap(([name, at]) =>
    at === undefined ? [] : [[name, new Date(at).toISOString()] as const],
  );
  return { id, ref: label ?? "", context: { workflow_name: workflow, status, ...Object.fromEntries(texts) } };
}

function tooMany(): RunfleetError {
  const message = `item provider "workflow_runs": more than ${limits.foreachItemsMax} runs match; narrow the filter`;
  return new RunfleetError("too_large", message);
}

function bad(message: string): RunfleetError {
  return new RunfleetError("items_failed", `item provider "workflow_runs": ${message}`);
}

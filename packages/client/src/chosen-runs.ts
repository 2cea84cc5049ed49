/**
 * The runs that a change of many is for, page by page. Root runs only, since children go the way of their roots; runs that
 * are started during the walk are left alone. A cursor says where a walk stands, so that another call goes on there.
 */
import { type ListFilter, RunfleetError, type RunRecord, type RunStatus } from "@runfleet/model";
import type { RunFilter } from "./client-options.js";
import type { Connections } from "./connections.js";

export interface ChosenPage {
  readonly runs: readonly RunRecord[];
  /** Where the walk goes on; absent after the last page. */
  readonly next?: string;
}

export interface Choice {
  readonly filter: RunFilter;
  /** Those that the change is for. */
  readonly statuses: readonly RunStatus[];
  readonly cursor?: string | undefined;
}

/** Runs of a page: their records are in memory together. */
const pageRows = 100;

interface Place {
  /** Epoch ms. */
  readonly createdBefore: number;
  /** Which of the lists, and the place in it. */
  readonly list: number;
  readonly at?: string;
}

export async function* chosenPages(
  { store, time }: Pick<Connections, "store" | "time">,
  { filter, statuses, cursor }: Choice,
): AsyncGenerator<ChosenPage, void> {
  const wanted = filter.status === undefined ? statuses : [filter.status];
  if (filter.ids !== undefined) {
    const runs = await Promise.all(filter.ids.map((id) => store.readRun(id)));
    yield { runs: runs.filter((run) => run !== undefined).filter(({ status }) => wanted.includes(status)) };
    return;
  }
  const lists = listsOf(wanted, filter);
  const begin = { createdBefore: time.now() - (filter.olderThanMs ?? 0), list: 0 };
  let place: Place | undefined = cursor === undefined ? begin : placeOf(cursor);
  while (place !== undefined) {
    const { createdBefore, list, at }: Place = place;
    const rows = lists[list];
    if (rows === undefined) throw wrongCursor();
    const page = await store.listRuns({
      ...rows,
      ...{ roots: true, limit: pageRows },
      ...(at === undefined ? {} : { cursor: at }),
    });
    place = nextPlace({ createdBefore, list, at: page.cursor }, lists.length);
    const runs = page.rows.filter(
      (run) => run.parentId === undefined && wanted.includes(run.status) && run.createdAt <= createdBefore,
    );
    yield { runs, ...(place === undefined ? {} : { next: cursorOf(place) }) };
  }
}

/** One walk of the label's or the workflow's list, or one of each status. */
function listsOf(
  statuses: readonly RunStatus[],
  { workflow, label, labelPrefix }: RunFilter,
): Omit<ListFilter, "limit">[] {
  const narrow = {
    ...(workflow === undefined ? {} : { workflow }),
    ...(label === undefined ? {} : { label }),
    ...(labelPrefix === undefined ? {} : { labelPrefix }),
  };
  return Object.keys(narrow).length === 0 ? statuses.map((status) => ({ status })) : [narrow];
}

function nextPlace(
  { createdBefore, list, at }: Omit<Place, "at"> & { readonly at: string | undefined },
  lists: number,
): Place | undefined {
  if (at !== undefined) return { createdBefore, list, at };
  return list + 1 < lists ? { createdBefore, list: list + 1 } : undefined;
}

function cursorOf({ createdBefore, list, at = "" }: Place): string {
  return `${createdBefore} ${list} ${at}`;
}

function placeOf(cursor: string): Place {
  const [, createdBefore, list, at = ""] = /^(\d{1,15}) (\d) (.*)$/s.exec(cursor) ?? [];
  if (createdBefore === undefined) throw wrongCursor();
  return { createdBefore: Number(createdBefore), list: Number(list), ...(at === "" ? {} : { at }) };
}

function wrongCursor(): RunfleetError {
  return new RunfleetError(
    "invalid_usage",
    "the cursor is none of a change with this filter; begin without one",
  );
}

/**
 * The runs that a run has started, newest first, page by page; each opens those below it. Only what is open is read, and
 * looked at again while something in it may change.
 */
import type { RunRow } from "@runfleet/client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api";
import { ProblemNote } from "../../parts/problem-note";
import { useNow } from "../../parts/time";
import { FamilyLine } from "./family-line";
import { familyName, startsRuns, tally } from "./family-words";

/** A family may be large; it is asked for less often than its head. */
export const lookMs = 5_000;

type Above = Pick<RunRow, "id" | "workflow" | "label" | "parentId" | "endedAt">;

export function RunsBelow({ run }: { readonly run: Above }) {
  const { id, endedAt } = run;
  const pages = useInfiniteQuery({
    queryKey: ["runs", "below", id],
    queryFn: ({ pageParam }) => api.runs({ parent: id, cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
    refetchInterval: ({ state }) =>
      endedAt === null || hasOpen(state.data?.pages.flatMap((page) => page.runs) ?? []) ? lookMs : false,
  });
  const runs = pages.data?.pages.flatMap((page) => page.runs) ?? [];
  const now = useNow(hasOpen(runs));
  if (pages.isPending) return <p className="quiet">Loading …</p>;
  return (
    <div className="below">
      {pages.error === null ? null : <ProblemNote error={pages.error} />}
      {pages.data === undefined ? null : <p className="quiet">{tally(runs, pages.hasNextPage)}</p>}
      <ul aria-label={`Runs below ${familyName(run)}`}>
        {runs.map((child) => (
          <Child key={child.id} run={child} now={now} />
        ))}
      </ul>
      {pages.hasNextPage ? (
        <button type="button" onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          Show more
        </button>
      ) : null}
    </div>
  );
}

function hasOpen(runs: readonly RunRow[]): boolean {
  return runs.some(({ endedAt }) => endedAt === null);
}

function Child({ run, now }: { readonly run: RunRow; readonly now: number }) {
  const [isOpen, setOpen] = useState(false);
  const mayOpen = useStartsRuns(run);
  return (
    <li>
      {mayOpen ? (
        <button
          type="button"
          className="plain fold"
          aria-expanded={isOpen}
          aria-label={`Runs below ${familyName(run)}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "▾" : "▸"}
        </button>
      ) : (
        <span className="fold" />
      )}
      <FamilyLine run={run} now={now} />
      {isOpen ? <RunsBelow run={run} /> : null}
    </li>
  );
}

/** Asked once for each version of a workflow. Where that cannot be known, opening the run tells. */
function useStartsRuns({ id, definitionHash }: RunRow): boolean {
  const { data, isError } = useQuery({
    queryKey: ["starts runs", definitionHash],
    queryFn: async () => startsRuns((await api.definition(id)).definition),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? isError;
}

/** The runs around a run: those above it, and those it started with how they stand. */
import type { RunDocument } from "@runfleet/model";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { RunsTable } from "../runs/runs-table";

/** A family may be large; it is asked for less often than its head. */
const lookMs = 5_000;

export function Family({ run }: { readonly run: RunDocument }) {
  if (run.parentId === null && run.children.length === 0) return null;
  return (
    <section aria-label="Family">
      <h2>Family</h2>
      {run.parentId === null ? null : (
        <p>
          Started by <Link href={`/runs/${run.parentId}`}>{run.parentId}</Link>
          {run.rootId === run.parentId ? null : (
            <>
              {" "}
              for <Link href={`/runs/${run.rootId}`}>{run.rootId}</Link>
            </>
          )}
        </p>
      )}
      {run.children.length === 0 ? null : <Children run={run} />}
    </section>
  );
}

function Children({ run: { id, endedAt } }: { readonly run: RunDocument }) {
  const pages = useInfiniteQuery({
    queryKey: ["runs", "below", id],
    queryFn: ({ pageParam }) => api.runs({ parent: id, cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
    refetchInterval: endedAt === null ? lookMs : false,
  });
  const children = pages.data?.pages.flatMap((page) => page.runs) ?? [];
  return (
    <>
      {pages.error === null ? null : <ProblemNote error={pages.error} />}
      <RunsTable runs={children} isLoading={pages.isPending} />
      {pages.hasNextPage ? (
        <button type="button" onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          Show more
        </button>
      ) : null}
    </>
  );
}

/** Runs, newest first, as they are now: filters in the address, more on demand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { useMay } from "../parts/session";
import { WorkflowFilter } from "../parts/workflow-filter";
import { ManyRuns } from "./bulk/many-runs";
import { FindRun } from "./find-run";
import { RunsTable } from "./runs-table";

const statuses = ["running", "waiting", "pending", "cancelling", "completed", "failed", "cancelled"];
/** Often enough to feel live, seldom enough to cost nothing. A hidden page asks for nothing. */
const lookMs = 2_000;

export function RunsPage() {
  const [params, setParams] = useSearchParams();
  const status = params.get("status") ?? "";
  const workflow = params.get("workflow") ?? "";
  const labelPrefix = params.get("label") ?? "";
  const roots = params.get("children") === null ? "true" : "";
  const pages = useInfiniteQuery({
    queryKey: ["runs", status, workflow, labelPrefix, roots],
    queryFn: ({ pageParam }) => api.runs({ status, workflow, labelPrefix, roots, cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
    refetchInterval: lookMs,
  });
  const mayChange = useMay("operator");
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const pick = (ids: readonly string[], isPicked: boolean) =>
    setPicked((before) => {
      const rest = [...before].filter((id) => !ids.includes(id));
      return new Set(isPicked ? [...rest, ...ids] : rest);
    });
  const runs = pages.data?.pages.flatMap((page) => page.runs) ?? [];
  const choose = (name: string, value: string) => {
    setPicked(new Set());
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === "") after.delete(name);
      else after.set(name, value);
      return after;
    });
  };
  return (
    <>
      <h1>Runs</h1>
      <div className="filters">
        <label>
          Status
          <select value={status} onChange={(event) => choose("status", event.target.value)}>
            <option value="">all</option>
            {statuses.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <WorkflowFilter chosen={workflow} onChoose={(name) => choose("workflow", name)} />
        <label className="choice">
          <input
            type="checkbox"
            checked={roots === ""}
            onChange={(event) => choose("children", event.target.checked ? "too" : "")}
          />
          Child runs too
        </label>
        <FindRun labelPrefix={labelPrefix} onLabel={(prefix) => choose("label", prefix)} />
      </div>
      {pages.error === null ? null : <ProblemNote error={pages.error} />}
      {mayChange ? (
        <ManyRuns
          picked={picked}
          clear={() => setPicked(new Set())}
          chosen={{ status, workflow, labelPrefix }}
        />
      ) : null}
      <RunsTable
        runs={runs}
        isLoading={pages.isPending}
        picked={mayChange ? { ids: picked, pick } : undefined}
      />
      {pages.hasNextPage ? (
        <button type="button" onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          Show more
        </button>
      ) : null}
    </>
  );
}

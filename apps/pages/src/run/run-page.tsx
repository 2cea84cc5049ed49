/**
 * One run: how it stands and why, what can be done, its gates, its graph, its steps
 * over time, its history as it happens.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../api";
import { GateCards } from "../gates/gate-card";
import { ProblemNote } from "../parts/problem-note";
import { Family } from "./family/family";
import { RunGraph } from "./graph/run-graph";
import { History } from "./history";
import { Inputs } from "./inputs";
import { RunActions } from "./run-actions";
import { RunHeader } from "./run-header";
import { Timeline } from "./timeline/timeline";
import { useHistory } from "./use-history";

/** The events say when to look; this is for what happens without one. */
const lookMs = 5_000;

export function RunPage({ id }: { readonly id: string }) {
  const queries = useQueryClient();
  const run = useQuery({ queryKey: ["run", id], queryFn: () => api.run(id), refetchInterval: lookMs });
  const why = useQuery({ queryKey: ["why", id], queryFn: () => api.explain(id), refetchInterval: lookMs });
  const history = useHistory(id, run.data?.endedAt);
  const newest = history.at(-1)?.id;
  // Each event may have changed everything that is shown; those that come together are one look.
  useEffect(() => {
    if (newest === undefined) return;
    const timer = setTimeout(() => {
      void queries.invalidateQueries({ queryKey: ["run", id] });
      void queries.invalidateQueries({ queryKey: ["why", id] });
      void queries.invalidateQueries({ queryKey: ["gates"] });
      void queries.invalidateQueries({ queryKey: ["runs", "below", id] });
    }, 100);
    return () => clearTimeout(timer);
  }, [newest, id, queries]);

  if (run.error !== null && run.data === undefined) return <ProblemNote error={run.error} />;
  if (run.data === undefined) return <p className="quiet">Loading …</p>;
  return (
    <>
      {run.error === null ? null : <ProblemNote error={run.error} />}
      <RunHeader run={run.data} why={why.data} />
      <RunActions run={run.data} />
      <GateCards runId={id} />
      <RunGraph run={run.data} history={history} />
      <Timeline run={run.data} />
      <Inputs inputs={run.data.inputs} />
      <Family run={run.data} />
      <History events={history} />
    </>
  );
}

/** Which worker has which run in hand: the newest page of those that run. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { Ago } from "../parts/time";

export function InHand() {
  const { data, error } = useQuery({
    queryKey: ["runs", "in hand"],
    queryFn: () => api.runs({ status: "running" }),
    refetchInterval: 2_000,
  });
  const runs = data?.runs.filter(({ owner }) => owner !== null) ?? [];
  if (error !== null) return <ProblemNote error={error} />;
  if (runs.length === 0) return null;
  return (
    <section aria-label="In hand">
      <h2>In hand</h2>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>Worker</th>
              <th>Run</th>
              <th>Workflow</th>
              <th>Started</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <td>
                  <code>{run.owner}</code>
                </td>
                <td>
                  <Link href={`/runs/${run.id}`}>{run.label ?? <code>{run.id}</code>}</Link>
                </td>
                <td>{run.workflow}</td>
                <td>
                  <Ago iso={run.startedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {data?.cursor == null ? null : <p className="quiet">The newest {runs.length}; more are in hand.</p>}
    </section>
  );
}

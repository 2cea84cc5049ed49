/** A table of runs: what each is, how far it is, what it waits for. */
import type { RunRow } from "@runfleet/client";
import { Link } from "wouter";
import { Status } from "../parts/status";
import { Ago, useNow } from "../parts/time";
import { between, dollars } from "../words";
import { waitText } from "./wait-text";

/** Runs that are picked for a change of many. */
export interface Picked {
  readonly ids: ReadonlySet<string>;
  readonly pick: (ids: readonly string[], isPicked: boolean) => void;
}

interface RunsTableProps {
  readonly runs: readonly RunRow[];
  readonly isLoading: boolean;
  /** Absent where nothing can be picked. */
  readonly picked?: Picked | undefined;
}

export function RunsTable({ runs, isLoading, picked }: RunsTableProps) {
  const now = useNow();
  if (isLoading) return <p className="quiet">Loading …</p>;
  if (runs.length === 0) return <p className="quiet">No run here.</p>;
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            {picked === undefined ? null : <PickAll runs={runs} picked={picked} />}
            <th>Run</th>
            <th>Workflow</th>
            <th>Status</th>
            <th>Waits for</th>
            <th>Started</th>
            <th className="number">Took</th>
            <th className="number">Cost</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              {picked === undefined ? null : (
                <td className="pick">
                  <input
                    type="checkbox"
                    aria-label={`Select ${run.label ?? run.id}`}
                    checked={picked.ids.has(run.id)}
                    onChange={(event) => picked.pick([run.id], event.target.checked)}
                  />
                </td>
              )}
              <td>
                <RunLink run={run} />
              </td>
              <td>{run.workflow}</td>
              <td>
                <Status status={run.status} />
              </td>
              <td>{run.error?.message ?? run.blockedOn.map(waitText).join(", ")}</td>
              <td>
                <Ago iso={run.startedAt ?? run.createdAt} />
              </td>
              <td className="number">{between(run.startedAt, run.endedAt, now)}</td>
              <td className="number">{run.totals.costUsd === 0 ? "" : dollars(run.totals.costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Children have the label of their root, so they are told apart by how their ids end. */
function RunLink({ run: { id, label, parentId } }: { readonly run: RunRow }) {
  if (parentId === null) return <Link href={`/runs/${id}`}>{label ?? <code>{id}</code>}</Link>;
  return (
    <>
      <Link href={`/runs/${id}`}>
        <code>…{id.slice(-6)}</code>
      </Link>
      <span className="quiet"> child{label === null ? "" : ` of ${label}`}</span>
    </>
  );
}

function PickAll({ runs, picked }: { readonly runs: readonly RunRow[]; readonly picked: Picked }) {
  return (
    <th className="pick">
      <input
        type="checkbox"
        aria-label="Select all that are shown"
        checked={runs.every(({ id }) => picked.ids.has(id))}
        onChange={(event) =>
          picked.pick(
            runs.map(({ id }) => id),
            event.target.checked,
          )
        }
      />
    </th>
  );
}

/** The fleet: who works on what, who leads what, how much is to be done, what ended runs hold. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { Ago } from "../parts/time";
import { count, duration } from "../words";
import { InHand } from "./in-hand";
import { Leads } from "./leads";

export function FleetPage() {
  const { data, error } = useQuery({ queryKey: ["fleet"], queryFn: api.fleet, refetchInterval: 2_000 });
  return (
    <>
      <h1>Fleet</h1>
      {error === null ? null : <ProblemNote error={error} />}
      {data === undefined ? null : (
        <>
          <h2>Pools</h2>
          <Table head={["Pool", "Ready", "Active", "Waiting", "Oldest ready", "Wanted", "Why"]}>
            {data.pools.map((pool) => (
              <tr key={pool.name}>
                <td>{pool.name}</td>
                <td>{count(pool.ready)}</td>
                <td>{count(pool.active)}</td>
                <td>{count(pool.waiting)}</td>
                <td>{pool.oldestReadyMs === null ? "" : duration(pool.oldestReadyMs)}</td>
                <td>{count(pool.wanted)}</td>
                <td className="quiet">{pool.why}</td>
              </tr>
            ))}
          </Table>
          <h2>Workers</h2>
          {data.workers.length === 0 ? <p className="note bad">No worker is there: nothing moves.</p> : null}
          <Table head={["Worker", "Host", "Pools", "Busy", "Version", "Last seen"]}>
            {data.workers.map((worker) => (
              <tr key={worker.id}>
                <td>
                  <code>{worker.id}</code> <span className="quiet">pid {worker.pid}</span>
                </td>
                <td>{worker.host}</td>
                <td>{worker.pools.join(", ")}</td>
                <td>
                  <meter min={0} max={worker.slots} value={worker.busy} /> {worker.busy} of {worker.slots}
                  {worker.leaving ? " (leaving)" : ""}
                </td>
                <td>{worker.version}</td>
                <td>
                  <Ago iso={worker.lastSeen} />
                </td>
              </tr>
            ))}
          </Table>
          <InHand />
          <Leads leads={data.leads} />
          {data.kept.length === 0 ? null : (
            <>
              <h2>Ended runs kept</h2>
              <Table head={["Workflow", "Runs", "KiB"]}>
                {data.kept.map(({ workflow, runs, bytes }) => (
                  <tr key={workflow}>
                    <td>{workflow}</td>
                    <td>{count(runs)}</td>
                    <td>{count(Math.ceil(bytes / 1_024))}</td>
                  </tr>
                ))}
              </Table>
            </>
          )}
        </>
      )}
    </>
  );
}

function Table({ head, children }: { readonly head: readonly string[]; readonly children: React.ReactNode }) {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

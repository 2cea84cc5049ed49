/** One schedule: its rule, its next and its last due time, its last run, its buttons. */
import type { ScheduleDocument } from "@runfleet/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { useMay } from "../parts/session";
import { Status } from "../parts/status";
import { Ago, Moment } from "../parts/time";
import { count, duration } from "../words";

export function ScheduleRow({ schedule }: { readonly schedule: ScheduleDocument }) {
  const { name, workflow, lastFiring, lastRun, error, missed } = schedule;
  return (
    <tr>
      <td>
        {name} <span className="quiet">{workflow}</span>
        {error === null ? null : (
          <p className="note bad">
            <strong>{error.code}</strong> {error.message}
          </p>
        )}
      </td>
      <td>{ruleOf(schedule)}</td>
      <td>
        <NextDue schedule={schedule} />
      </td>
      <td>
        {lastFiring === null ? null : (
          <>
            {lastFiring.outcome} <Ago iso={lastFiring.at} />
            {lastFiring.by === null ? null : <span className="quiet"> by {lastFiring.by}</span>}
          </>
        )}
      </td>
      <td>
        {lastRun === null ? null : (
          <>
            <Link href={`/runs/${lastRun.id}`}>{lastRun.id}</Link>{" "}
            {lastRun.status === null ? (
              <span className="quiet">not kept any more</span>
            ) : (
              <Status status={lastRun.status} />
            )}
          </>
        )}
      </td>
      <td className="number">{missed === 0 ? "" : count(missed)}</td>
      <td>
        <Buttons schedule={schedule} />
      </td>
    </tr>
  );
}

function ruleOf({ cron, everyMs, timezone }: ScheduleDocument): React.ReactNode {
  if (everyMs !== null) return `every ${duration(everyMs)}`;
  return (
    <>
      <code>{cron}</code> <span className="quiet">{timezone}</span>
    </>
  );
}

function NextDue({ schedule: { nextDue, paused } }: { readonly schedule: ScheduleDocument }) {
  if (paused !== null) {
    return (
      <>
        <Status status="paused" /> <Ago iso={paused.at} /> by {paused.by}
      </>
    );
  }
  return nextDue === null ? "never again" : <Moment iso={nextDue} />;
}

function Buttons({ schedule: { name, paused } }: { readonly schedule: ScheduleDocument }) {
  const queries = useQueryClient();
  const mayChange = useMay("operator");
  const [change, text] = paused === null ? (["pause", "Pause"] as const) : (["resume", "Resume"] as const);
  const changing = useMutation({
    mutationFn: (what: "change" | "run"): Promise<unknown> =>
      what === "run" ? api.runSchedule(name) : api.changeSchedule(name, change),
    onSettled: () => queries.invalidateQueries(),
  });
  if (!mayChange) return null;
  return (
    <div className="actions">
      <button
        type="button"
        aria-label={`${text} ${name}`}
        disabled={changing.isPending}
        onClick={() => changing.mutate("change")}
      >
        {text}
      </button>
      <button
        type="button"
        aria-label={`Run now: ${name}`}
        disabled={changing.isPending}
        onClick={() => changing.mutate("run")}
      >
        Run now
      </button>
      {changing.error === null ? null : <ProblemNote error={changing.error} />}
    </div>
  );
}

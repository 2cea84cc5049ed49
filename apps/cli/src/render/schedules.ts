/** Schedules and what became of their due times, as tables for people. Pure. */
import type { FiringDocument, ScheduleDocument } from "@runfleet/client";
import { formatDuration } from "@runfleet/model";
import type { Colours } from "../terminal.js";
import { renderTable } from "./table.js";
import { shortTime, statusWord } from "./words.js";

export function renderSchedules(
  schedules: readonly ScheduleDocument[],
  colours: Colours,
  now: number,
): string {
  const head = ["NAME", "WORKFLOW", "WHEN", "NEXT DUE", "LAST RUN", "LAST", "MISSED"];
  return renderTable(
    head,
    schedules.map((schedule) => cells(schedule, colours, now)),
    colours,
  );
}

function cells(schedule: ScheduleDocument, colours: Colours, now: number): string[] {
  const { name, workflow, lastRun, lastFiring, missed, paused, nextDue } = schedule;
  const due = nextDue === null ? "never" : shortTime(Date.parse(nextDue), now);
  return [
    name,
    workflow,
    when(schedule),
    paused === null ? due : colours.yellow("paused"),
    lastRun?.id ?? "",
    lastWord(lastRun, lastFiring, colours),
    missed === 0 ? "" : colours.yellow(String(missed)),
  ];
}

/** `0 3 * * * Europe/Berlin`, `every 10m`. */
function when({ cron, everyMs, timezone }: ScheduleDocument): string {
  return cron === null ? `every ${formatDuration(everyMs ?? 0)}` : `${cron} ${timezone}`;
}

/** How the last run went; when the last due time started none, that instead. */
function lastWord(
  lastRun: ScheduleDocument["lastRun"],
  lastFiring: FiringDocument | null,
  colours: Colours,
): string {
  if (lastFiring !== null && lastFiring.outcome !== "started")
    return outcomeWord(lastFiring.outcome, colours);
  if (lastRun === null) return "";
  return lastRun.status === null ? colours.dim("forgotten") : statusWord(lastRun.status, colours);
}

const outcomeColours = { started: "green", skipped: "dim", missed: "yellow", failed: "red" } as const;

function outcomeWord(outcome: FiringDocument["outcome"], colours: Colours): string {
  return colours[outcomeColours[outcome]](outcome);
}

export function renderFirings(firings: readonly FiringDocument[], colours: Colours, now: number): string {
  const rows = firings.map((firing) => [
    shortTime(Date.parse(firing.dueAt), now),
    outcomeWord(firing.outcome, colours),
    firing.runId ?? "",
    detail(firing),
  ]);
  return renderTable(["DUE", "WHAT", "RUN", ""], rows, colours);
}

function detail({ outcome, missed, error, by }: FiringDocument): string {
  if (error !== null) return error.code;
  if (by !== null) return `by ${by}`;
  if (outcome === "skipped") return "the last run had not ended";
  return missed === null ? "" : `${missed} due times`;
}

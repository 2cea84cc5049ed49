/** What workflows used: sums, a bar for each day, a row for each workflow. Range and measure stand in the address. */
import { useQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { WorkflowFilter } from "../parts/workflow-filter";
import { count, dollars, duration } from "../words";
import { DayChart } from "./day-chart";
import { DayTable } from "./day-table";
import {
  daysUpTo,
  isMeasure,
  type Measure,
  measureNames,
  measures,
  nameOf,
  runsOf,
  type Sums,
} from "./measures";

const ranges = ["7", "30", "90"];
/** Money spent is no reason to look every second. */
const lookMs = 10_000;

export function CostPage() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("days") ?? "";
  const days = daysUpTo(Date.now(), Number(ranges.includes(asked) ? asked : "30"));
  const show = params.get("show") ?? "";
  const measure: Measure = isMeasure(show) ? show : "cost";
  const choose = (name: string, value: string) =>
    setParams(
      (before) =>
        new URLSearchParams(
          [...before].filter(([key]) => key !== name).concat(value === "" ? [] : [[name, value]]),
        ),
    );
  const from = days[0] ?? "";
  const workflow = params.get("workflow") ?? "";
  const byDay = useQuery({
    queryKey: ["usage", "both", from, workflow],
    queryFn: () => api.usage({ from, by: "both", top: "6", workflow }),
    refetchInterval: lookMs,
  });
  const byWorkflow = useQuery({
    queryKey: ["usage", "workflow", from, workflow],
    queryFn: () => api.usage({ from, by: "workflow", top: "250", workflow }),
    refetchInterval: lookMs,
  });
  const error = byDay.error ?? byWorkflow.error;
  return (
    <>
      <h1>Cost</h1>
      <div className="filters">
        <label>
          Range
          <select value={String(days.length)} onChange={(event) => choose("days", event.target.value)}>
            {ranges.map((range) => (
              <option key={range} value={range}>
                {range} days
              </option>
            ))}
          </select>
        </label>
        <WorkflowFilter chosen={workflow} onChoose={(name) => choose("workflow", name)} />
        <label>
          Bars show
          <select value={measure} onChange={(event) => choose("show", event.target.value)}>
            {measureNames.map((name) => (
              <option key={name} value={name}>
                {measures[name].text}
              </option>
            ))}
          </select>
        </label>
      </div>
      {error === null ? null : <ProblemNote error={error} />}
      {byDay.data === undefined ? null : (
        <>
          <Totals sums={byDay.data.totals} />
          <DayChart rows={byDay.data.rows} days={days} measure={measure} />
          <DayTable rows={byDay.data.rows} days={days} />
        </>
      )}
      {byWorkflow.data === undefined ? null : <WorkflowTable rows={byWorkflow.data.rows} />}
      <p className="quiet">
        Each run counts for its own workflow, on the day (UTC) it spends; children are not counted again with
        their parents. Runs count when they end.
      </p>
    </>
  );
}

function Totals({ sums }: { readonly sums: Sums }) {
  const facts = [
    ["Cost", dollars(sums.costUsd)],
    ["Runs ended", count(runsOf(sums))],
    ["of these failed", count(sums.runs.failed)],
    ["Turns", count(sums.turns)],
    ["Tokens in", count(sums.inputTokens)],
    ["Tokens out", count(sums.outputTokens)],
    ["From cache", count(sums.cacheReadInputTokens)],
    ["Work", duration(sums.durationMs)],
  ] as const;
  return (
    <section className="card" aria-label="Totals">
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const head = [
  "Cost",
  "Completed",
  "Failed",
  "Cancelled",
  "Turns",
  "Tokens in",
  "Tokens out",
  "From cache",
  "Into cache",
  "Work",
];

function WorkflowTable({
  rows,
}: {
  readonly rows: readonly (Sums & { readonly workflow: string | null })[];
}) {
  if (rows.length === 0) return <p>Nothing was used and no run ended in these days.</p>;
  return (
    <>
      <h2>Workflows</h2>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>Workflow</th>
              {head.map((name) => (
                <th key={name} className="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.workflow}>
                <td>
                  {row.workflow === "*" ? (
                    nameOf(row.workflow)
                  ) : (
                    <Link href={`/?workflow=${encodeURIComponent(row.workflow ?? "")}`}>{row.workflow}</Link>
                  )}
                </td>
                {cellsOf(row).map((cell, index) => (
                  <td key={head[index]} className="number">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function cellsOf({ costUsd, runs, durationMs, ...sums }: Sums): string[] {
  const { turns, inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens } = sums;
  const amounts = [runs.completed, runs.failed, runs.cancelled, turns, inputTokens, outputTokens];
  return [
    dollars(costUsd),
    ...[...amounts, cacheReadInputTokens, cacheCreationInputTokens].map(count),
    duration(durationMs),
  ];
}

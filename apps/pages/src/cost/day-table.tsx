/** The numbers of the bars, for who cannot see them or wants to copy them. */
import type { UsageRow } from "@runfleet/client";
import { count, dollars, duration } from "../words";
import { nameOf, runsOf } from "./measures";

export function DayTable({
  rows,
  days,
}: {
  readonly rows: readonly UsageRow[];
  readonly days: readonly string[];
}) {
  if (rows.length === 0) return null;
  const inOrder = days.toReversed().flatMap((day) => rows.filter((row) => row.day === day));
  return (
    <details className="card">
      <summary>Days as a table</summary>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>Day (UTC)</th>
              <th>Workflow</th>
              <th className="number">Cost</th>
              <th className="number">Runs ended</th>
              <th className="number">Tokens in</th>
              <th className="number">Tokens out</th>
              <th className="number">Work</th>
            </tr>
          </thead>
          <tbody>
            {inOrder.map((row) => (
              <tr key={`${row.day} ${row.workflow}`}>
                <td>{row.day}</td>
                <td>{nameOf(row.workflow)}</td>
                <td className="number">{dollars(row.costUsd)}</td>
                <td className="number">{count(runsOf(row))}</td>
                <td className="number">{count(row.inputTokens)}</td>
                <td className="number">{count(row.outputTokens)}</td>
                <td className="number">{duration(row.durationMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

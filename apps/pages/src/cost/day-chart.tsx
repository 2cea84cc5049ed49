/** A bar for each day, in parts by workflow. What it shows stands in words beside it, and in the table below. */
import type { UsageRow } from "@runfleet/client";
import { toBars } from "./bars";
import { type Measure, measures, nameOf } from "./measures";

const dayWidth = 10;
const gap = 2;
const height = 100;

export function DayChart({
  rows,
  days,
  measure,
}: {
  readonly rows: readonly UsageRow[];
  readonly days: readonly string[];
  readonly measure: Measure;
}) {
  const { text, shown } = measures[measure];
  const { workflows, bars } = toBars(rows, { days, measure });
  const sums = bars.map((parts) => parts.reduce((sum, { value }) => sum + value, 0));
  const highest = Math.max(...sums);
  if (highest === 0) return <p className="card">No {text} in these days.</p>;
  const top = days[sums.indexOf(highest)] ?? "";
  return (
    <figure className="card chart">
      <figcaption>
        {text[0]?.toUpperCase()}
        {text.slice(1)} per day; the highest, {top}, is {shown(highest)}
      </figcaption>
      <svg
        viewBox={`0 0 ${days.length * dayWidth} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Bars of ${text} per day; the same numbers are in the table of days`}
      >
        {bars.map((parts, index) =>
          parts.map(({ workflow, value, from }) => (
            <rect
              key={`${days[index]} ${workflow}`}
              className={partClass(workflows.indexOf(workflow), workflow)}
              x={index * dayWidth + gap / 2}
              width={dayWidth - gap}
              y={height - ((from + value) / highest) * height}
              height={(value / highest) * height}
            >
              <title>{`${days[index]}, ${nameOf(workflow)}: ${shown(value)}`}</title>
            </rect>
          )),
        )}
      </svg>
      <div className="ends quiet">
        <span>{days[0]}</span>
        <span>{days.at(-1)}</span>
      </div>
      <ul className="legend">
        {workflows.map((workflow, index) => (
          <li key={workflow}>
            <svg viewBox="0 0 1 1" aria-hidden="true">
              <rect className={partClass(index, workflow)} width="1" height="1" />
            </svg>
            {nameOf(workflow)}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function partClass(index: number, workflow: string): string {
  return workflow === "*" ? "part-others" : `part-${index}`;
}

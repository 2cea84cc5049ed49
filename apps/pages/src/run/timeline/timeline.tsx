/** The steps of a run in the order they were opened, each with its attempts and waits on the time of the run; details on demand. */
import type { RunDocument } from "@runfleet/model";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { Status } from "../../parts/status";
import { useNow } from "../../parts/time";
import { between } from "../../words";
import { AttemptDetail } from "../attempt-detail";
import { AxisMarks, BarLegend, Bars } from "./bars";
import { ChildRows } from "./child-rows";
import { ItemRows } from "./item-rows";
import { type TimeAxis, timeAxis, workShare } from "./time-axis";
import { type TimelineRow, timelineRows } from "./timeline-rows";

/** Rows shown at once; more on demand. */
const shownAtOnce = 200;
/** Below this share of work on the time, waits are shortened without being asked for. */
const workShareMin = 0.3;

export function Timeline({ run }: { readonly run: RunDocument }) {
  const now = useNow(run.endedAt === null);
  const [open, setOpen] = useState<string>();
  const [shown, setShown] = useState(shownAtOnce);
  const rows = useMemo(() => timelineRows(run), [run]);
  const [isWished, setWished] = useState<boolean>();
  const share = workShare(rows, timeAxis(run, rows, { now, isShortened: false }));
  const isShortened = isWished ?? share < workShareMin;
  const axis = timeAxis(run, rows, { now, isShortened });
  if (rows.length === 0) return <p className="quiet">No step has begun.</p>;
  return (
    <section aria-label="Timeline">
      <div className="head">
        <h2>Timeline</h2>
        {share < 1 ? (
          <label className="choice">
            <input
              type="checkbox"
              checked={isShortened}
              onChange={(event) => setWished(event.target.checked)}
            />
            Shorten waits
          </label>
        ) : null}
      </div>
      <div className="scroll">
        <table className="timeline">
          <thead>
            <tr>
              <th>Step</th>
              <th>Status</th>
              <th className="number">Took</th>
              <th className="wide">
                <span className="unseen">Time</span>
                <AxisMarks axis={axis} />
              </th>
            </tr>
          </thead>
          {rows.slice(0, shown).map((row) => (
            <tbody key={row.address}>
              <Row
                row={row}
                axis={axis}
                isOpen={open === row.address}
                onToggle={() => setOpen(open === row.address ? undefined : row.address)}
              />
              {open === row.address ? <Opened run={run} row={row} axis={axis} /> : null}
            </tbody>
          ))}
        </table>
      </div>
      <BarLegend isOpen={axis.now !== undefined} />
      {rows.length > shown ? (
        <button type="button" onClick={() => setShown(shown + shownAtOnce)}>
          Show more of {rows.length}
        </button>
      ) : null}
    </section>
  );
}

interface RowProps {
  readonly row: TimelineRow;
  readonly axis: TimeAxis;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Row({ row, axis, isOpen, onToggle }: RowProps) {
  const { newest, steps, depth, segments } = row;
  return (
    <tr>
      <td>
        <button
          type="button"
          className="plain"
          aria-expanded={isOpen}
          style={{ paddingInlineStart: `${Math.max(0, depth)}rem` }}
          onClick={onToggle}
        >
          {newest.name}
        </button>
        <span className="quiet">
          {" "}
          {newest.kind}
          {newest.attempt > 1 ? `, attempt ${newest.attempt}` : ""}
          {newest.address.includes("@") ? `, round ${newest.iteration + 1}` : ""}{" "}
        </span>
        {newest.childRunId === null ? null : <Link href={`/runs/${newest.childRunId}`}>its run</Link>}
      </td>
      <td>
        <Status status={newest.status} />
      </td>
      <td className="number">
        {between(steps[0]?.startedAt ?? null, newest.endedAt, axis.now ?? axis.until)}
      </td>
      <td className="wide">
        <Bars segments={segments} axis={axis} />
      </td>
    </tr>
  );
}

interface OpenedProps {
  readonly run: RunDocument;
  readonly row: TimelineRow;
  readonly axis: TimeAxis;
}

function Opened({ run, row, axis }: OpenedProps) {
  const { childRunId } = row.newest;
  return (
    <>
      <tr>
        <td colSpan={4}>
          <AttemptDetail run={run} steps={row.steps} />
        </td>
      </tr>
      {childRunId === null ? null : <ChildRows id={childRunId} depth={row.depth + 1} axis={axis} />}
      {row.newest.kind === "foreach" ? <ItemRows run={run} row={row} axis={axis} /> : null}
    </>
  );
}

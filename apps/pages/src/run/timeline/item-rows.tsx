/** The newest runs of a foreach on the time of its run, while its row is open. */
import type { RunRow } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../../api";
import { Status } from "../../parts/status";
import { between } from "../../words";
import { Bars } from "./bars";
import type { TimeAxis } from "./time-axis";
import { itemSegments, type TimelineRow } from "./timeline-rows";

const lookMs = 5_000;

interface ItemRowsProps {
  readonly run: RunDocument;
  readonly row: TimelineRow;
  readonly axis: TimeAxis;
}

export function ItemRows({ run, row, axis }: ItemRowsProps) {
  const { data } = useQuery({
    queryKey: ["items", run.id],
    queryFn: () => api.runs({ parent: run.id }),
    refetchInterval: run.endedAt === null ? lookMs : false,
  });
  if (data === undefined) return null;
  const items = data.runs.filter(({ parentAddress }) => parentAddress === row.address);
  const indent = { paddingInlineStart: `${Math.max(0, row.depth) + 1}rem` };
  return (
    <>
      {items.toReversed().map((item) => (
        <tr key={item.id} className="below">
          <td style={indent}>
            <Link href={`/runs/${item.id}`}>{nameOf(item)}</Link>
          </td>
          <td>
            <Status status={item.status} />
          </td>
          <td className="number">{between(item.startedAt, item.endedAt, axis.now ?? axis.until)}</td>
          <td className="wide">
            <Bars segments={itemSegments(item)} axis={axis} />
          </td>
        </tr>
      ))}
      {data.cursor === null ? null : (
        <tr className="below">
          <td colSpan={4} className="quiet" style={indent}>
            Only the newest runs are here; the family below has all of them.
          </td>
        </tr>
      )}
    </>
  );
}

/** Runs of one foreach have one workflow; their ids are what tells them apart. */
function nameOf({ id, workflow }: RunRow): string {
  return `${workflow} …${id.slice(-6)}`;
}

/** The steps of a child run on the time of its parent, while its row is open. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api";
import { Status } from "../../parts/status";
import { between } from "../../words";
import { Bars } from "./bars";
import type { TimeAxis } from "./time-axis";
import { timelineRows } from "./timeline-rows";

const lookMs = 5_000;
/** The rest is on the child's own page. */
const shownMax = 50;

interface ChildRowsProps {
  readonly id: string;
  readonly depth: number;
  readonly axis: TimeAxis;
}

export function ChildRows({ id, depth, axis }: ChildRowsProps) {
  const { data } = useQuery({
    queryKey: ["run", id],
    queryFn: () => api.run(id),
    refetchInterval: ({ state }) => (state.data?.endedAt === null ? lookMs : false),
  });
  if (data === undefined) return null;
  return timelineRows(data)
    .slice(0, shownMax)
    .map(({ address, newest, steps, depth: below, segments }) => (
      <tr key={address} className="below">
        <td style={{ paddingInlineStart: `${Math.max(0, depth + below) + 1}rem` }}>
          {newest.name} <span className="quiet">{newest.kind}</span>
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
    ));
}

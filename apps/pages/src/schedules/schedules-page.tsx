/** Schedules by name: when each is due, what became of its last due time, and what can be done with it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { ScheduleRow } from "./schedule-row";

/** Due times pass by themselves. */
const lookMs = 2_000;

export function SchedulesPage() {
  const pages = useInfiniteQuery({
    queryKey: ["schedules"],
    queryFn: ({ pageParam }) => api.schedules({ cursor: pageParam }),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor,
    refetchInterval: lookMs,
  });
  const schedules = pages.data?.pages.flatMap((page) => page.schedules) ?? [];
  return (
    <>
      <h1>Schedules</h1>
      {pages.error === null ? null : <ProblemNote error={pages.error} />}
      {pages.isPending ? <p className="quiet">Loading …</p> : null}
      {pages.isSuccess && schedules.length === 0 ? (
        <p className="quiet">
          There is none. Add one: <code>runfleet schedule add NAME --workflow W --cron "0 3 * * *"</code>
        </p>
      ) : null}
      {schedules.length === 0 ? null : (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th>Schedule</th>
                <th>When</th>
                <th>Next due</th>
                <th>Last due time</th>
                <th>Last run</th>
                <th className="number">Missed</th>
                <th>Actions</th>
              </tr>
            </thead>
            <tbody>
              {schedules.map((schedule) => (
                <ScheduleRow key={schedule.name} schedule={schedule} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pages.hasNextPage ? (
        <button type="button" onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          Show more
        </button>
      ) : null}
    </>
  );
}

/** The runs above a run, root first, one line each. A family has few generations, so each is asked for by its id. */
import { useQuery } from "@tanstack/react-query";
import { api, isProblem } from "../../api";
import { ProblemNote } from "../../parts/problem-note";
import { useNow } from "../../parts/time";
import { FamilyLine } from "./family-line";
import { lookMs } from "./runs-below";

interface RunsAboveProps {
  readonly id: string;
  /** Of this run: 0 = root. */
  readonly depth: number;
}

export function RunsAbove({ id, depth }: RunsAboveProps) {
  const { data, error } = useQuery({
    queryKey: ["run", id],
    queryFn: () => api.run(id),
    refetchInterval: ({ state }) => (state.data?.endedAt === null ? lookMs : false),
  });
  const now = useNow(data?.endedAt === null);
  return (
    <>
      {data === undefined || data.parentId === null ? null : (
        <RunsAbove id={data.parentId} depth={depth - 1} />
      )}
      <li style={indentOf(depth)}>
        {data === undefined ? <Unread id={id} error={error} /> : <FamilyLine run={data} now={now} />}
      </li>
    </>
  );
}

export function indentOf(depth: number) {
  return { paddingInlineStart: `${Math.max(0, depth)}rem` };
}

function Unread({ id, error }: { readonly id: string; readonly error: Error | null }) {
  if (error === null) return <span className="quiet">Loading …</span>;
  if (!isProblem(error) || error.status !== 404) return <ProblemNote error={error} />;
  return (
    <span className="quiet">
      <code>{id}</code> is not kept any more
    </span>
  );
}

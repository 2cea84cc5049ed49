/** The runs around a run as a tree: those above it, the run itself, and those below it, which open further. */
import type { RunDocument } from "@runfleet/model";
import { useNow } from "../../parts/time";
import { FamilyLine } from "./family-line";
import { indentOf, RunsAbove } from "./runs-above";
import { RunsBelow } from "./runs-below";

export function Family({ run }: { readonly run: RunDocument }) {
  const now = useNow(run.endedAt === null);
  const { parentId, depth, children } = run;
  if (parentId === null && children.length === 0) return null;
  return (
    <section aria-label="Family">
      <h2>Family</h2>
      <ul className="card family">
        {parentId === null ? null : <RunsAbove id={parentId} depth={depth - 1} />}
        <li style={indentOf(depth)}>
          <FamilyLine run={run} now={now} isHere />
          {children.length === 0 ? null : <RunsBelow run={run} />}
        </li>
      </ul>
    </section>
  );
}

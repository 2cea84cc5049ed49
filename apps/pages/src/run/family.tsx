/** The runs around a run: the one that started it, and those it started. */
import type { RunDocument } from "@runfleet/model";
import { Link } from "wouter";

/** A parent may have thousands of children; their steps lead to each. */
const shownMax = 50;

export function Family({ run }: { readonly run: RunDocument }) {
  if (run.parentId === null && run.children.length === 0) return null;
  return (
    <section className="card" aria-label="Family">
      <h2>Family</h2>
      {run.parentId === null ? null : (
        <p>
          Started by <Link href={`/runs/${run.parentId}`}>{run.parentId}</Link>
          {run.rootId === run.parentId ? null : (
            <>
              {" "}
              for <Link href={`/runs/${run.rootId}`}>{run.rootId}</Link>
            </>
          )}
        </p>
      )}
      {run.children.length === 0 ? null : (
        <ul className="columns">
          {run.children.slice(0, shownMax).map((id) => (
            <li key={id}>
              <Link href={`/runs/${id}`}>
                <code>{id}</code>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {run.children.length > shownMax ? (
        <p className="quiet">and {run.children.length - shownMax} more</p>
      ) : null}
    </section>
  );
}

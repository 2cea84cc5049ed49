/** The details of a step that was chosen in the graph. */
import type { GraphNode } from "@runfleet/language";
import type { RunDocument, StepDocument } from "@runfleet/model";
import { Status } from "../../parts/status";
import { AttemptDetail, Written } from "../attempt-detail";

interface SelectedStepProps {
  readonly run: RunDocument;
  readonly node: GraphNode;
  /** Oldest first. */
  readonly steps: readonly StepDocument[];
  readonly close: () => void;
}

export function SelectedStep({ run, node, steps, close }: SelectedStepProps) {
  const newest = steps.at(-1);
  const [name = "", ...facts] = node.lines;
  return (
    <section className="card" aria-label={`Step ${name}`}>
      <div className="head">
        <h3>
          {name} {newest === undefined ? null : <Status status={newest.status} />}
        </h3>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <p className="quiet">{facts.join(" · ")}</p>
      {newest === undefined ? (
        <>
          <p>It has not begun.</p>
          <Written run={run} address={node.path} />
        </>
      ) : (
        <AttemptDetail run={run} steps={steps} />
      )}
    </section>
  );
}

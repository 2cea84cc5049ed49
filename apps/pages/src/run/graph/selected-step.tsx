/** The details of a step that was chosen in the graph: its newest attempt, the others on demand. */
import type { GraphNode } from "@runfleet/language";
import type { RunDocument, StepDocument } from "@runfleet/model";
import { useState } from "react";
import { Status } from "../../parts/status";
import { ForkForm } from "../fork-form";
import { StepDetail } from "../step-detail";

/** A loop may have run thousands of times; the newest are at hand. */
const choicesMax = 200;

interface SelectedStepProps {
  readonly run: RunDocument;
  readonly node: GraphNode;
  /** Oldest first. */
  readonly steps: readonly StepDocument[];
  readonly close: () => void;
}

export function SelectedStep({ run, node, steps, close }: SelectedStepProps) {
  const [chosen, setChosen] = useState("");
  const newestFirst = steps.toReversed().slice(0, choicesMax);
  const step = newestFirst.find((one) => keyOf(one) === chosen) ?? newestFirst[0];
  const [name = "", ...facts] = node.lines;
  return (
    <section className="card" aria-label={`Step ${name}`}>
      <div className="head">
        <h3>
          {step?.name ?? name} {step === undefined ? null : <Status status={step.status} />}
        </h3>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <p className="quiet">{facts.join(" · ")}</p>
      {newestFirst.length < 2 ? null : (
        <label>
          Attempt
          <select
            value={step === undefined ? "" : keyOf(step)}
            onChange={(event) => setChosen(event.target.value)}
          >
            {newestFirst.map((one) => (
              <option key={keyOf(one)} value={keyOf(one)}>
                {attemptText(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {step === undefined ? <p>It has not begun.</p> : <StepDetail step={step} />}
      {step === undefined ? null : <ForkForm run={run} from={step.address} />}
    </section>
  );
}

function keyOf({ address, attempt }: StepDocument): string {
  return `${address}#${attempt}`;
}

function attemptText({ address, name, attempt, status }: StepDocument): string {
  const rounds = [...address.matchAll(/@(\d+)/g)].map(([, round]) => Number(round) + 1);
  const round = rounds.length === 0 ? "" : `round ${rounds.join(".")}, `;
  return `${name}: ${round}attempt ${attempt}, ${status.replace("_", " ")}`;
}

/** What a step was, said and left: its newest attempt, the others on demand, what it was given, what the workflow says of it, and a fork from it. */
import type { RunDocument, StepDocument } from "@runfleet/model";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { LongText } from "../parts/long-text";
import { ForkForm } from "./fork-form";
import { Given } from "./given";
import { StepDetail } from "./step-detail";
import { StepLog } from "./step-log";
import { writtenNode } from "./written-node";

/** A loop may have run thousands of times; the newest are at hand. */
const choicesMax = 200;

interface AttemptDetailProps {
  readonly run: RunDocument;
  /** Attempts of one place of the workflow, perhaps of many rounds, oldest first; at least one. */
  readonly steps: readonly StepDocument[];
}

export function AttemptDetail({ run, steps }: AttemptDetailProps) {
  const [chosen, setChosen] = useState("");
  const newestFirst = steps.toReversed().slice(0, choicesMax);
  const step = newestFirst.find((one) => keyOf(one) === chosen) ?? newestFirst[0];
  if (step === undefined) return null;
  return (
    <>
      {newestFirst.length < 2 ? null : (
        <label>
          Attempt
          <select value={keyOf(step)} onChange={(event) => setChosen(event.target.value)}>
            {newestFirst.map((one) => (
              <option key={keyOf(one)} value={keyOf(one)}>
                {attemptText(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      <StepDetail step={step} />
      <Given key={keyOf(step)} run={run} step={step} />
      <StepLog key={step.address} run={run.id} step={step} />
      <Written run={run} address={step.address} />
      <ForkForm run={run} from={step.address} />
    </>
  );
}

/** What was to be done, as the version of the workflow that the run uses has it. */
export function Written({ run, address }: { readonly run: RunDocument; readonly address: string }) {
  const { data } = useQuery({
    queryKey: ["definition", run.id],
    queryFn: () => api.definition(run.id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const node = data === undefined ? undefined : writtenNode(data.definition, address);
  if (node === undefined) return null;
  return (
    <details>
      <summary>As the workflow has it</summary>
      <LongText name="step of the workflow" text={JSON.stringify(node, null, 2)} />
    </details>
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

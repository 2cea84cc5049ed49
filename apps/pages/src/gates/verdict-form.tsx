/** The answer to a gate that asks for a verdict: what can be chosen, feedback, approve and reject. */
import type { GateDocument } from "@runfleet/client";
import { useState } from "react";
import type { GateAnswer } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { useAnswer } from "./use-answer";

export function VerdictForm({ gate }: { readonly gate: GateDocument }) {
  const [feedback, setFeedback] = useState("");
  const [selections, setSelections] = useState<readonly string[]>([]);
  const answering = useAnswer(gate, (verdict: GateAnswer["verdict"]) => ({ verdict, feedback, selections }));
  const toggle = (value: string, isChosen: boolean) =>
    setSelections((before) => (isChosen ? [...before, value] : before.filter((one) => one !== value)));
  return (
    <>
      {gate.options === null ? null : (
        <fieldset>
          <legend>Choose</legend>
          {Object.entries(gate.options).map(([value, label]) => (
            <label key={value} className="choice">
              <input
                type="checkbox"
                checked={selections.includes(value)}
                onChange={(event) => toggle(value, event.target.checked)}
              />
              {label}
            </label>
          ))}
        </fieldset>
      )}
      <label>
        Feedback
        <textarea rows={2} value={feedback} onChange={(event) => setFeedback(event.target.value)} />
      </label>
      {answering.error === null ? null : <ProblemNote error={answering.error} />}
      <div className="actions">
        <button
          type="button"
          className="main"
          disabled={answering.isPending}
          onClick={() => answering.mutate("approve")}
        >
          Approve
        </button>
        <button type="button" disabled={answering.isPending} onClick={() => answering.mutate("reject")}>
          Reject
        </button>
      </div>
    </>
  );
}

/** A gate that waits for an answer: what is asked, what can be chosen, and the two buttons. */
import type { GateDocument } from "@runfleet/client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, type GateAnswer } from "../api";
import { ProblemNote } from "./problem-note";
import { Ago } from "./time";

/** The open gates of one run. */
export function GateCards({ runId }: { readonly runId: string }) {
  const { data } = useQuery({
    queryKey: ["gates", runId],
    queryFn: () => api.gates({ runId }),
    refetchInterval: 5_000,
  });
  return data?.gates.map((gate) => <GateCard key={`${gate.address} ${gate.since}`} gate={gate} />);
}

export function GateCard({ gate }: { readonly gate: GateDocument }) {
  const queries = useQueryClient();
  const [feedback, setFeedback] = useState("");
  const [selections, setSelections] = useState<readonly string[]>([]);
  const answering = useMutation({
    mutationFn: (verdict: GateAnswer["verdict"]) =>
      api.answer(gate.runId, gate.address, { verdict, feedback, selections }),
    onSettled: () => queries.invalidateQueries(),
  });
  const toggle = (value: string, isChosen: boolean) =>
    setSelections((before) => (isChosen ? [...before, value] : before.filter((one) => one !== value)));
  return (
    <section className="card gate" aria-label={`Gate ${gate.name}`}>
      <h2>
        {gate.prompt ?? gate.name} <span className="badge wait">{gate.gateType.replace("_", " ")}</span>
      </h2>
      <p className="quiet">
        <Link href={`/runs/${gate.runId}`}>{gate.label ?? gate.workflow}</Link>, asked{" "}
        <Ago iso={gate.since} />, until <Ago iso={gate.deadline} />
      </p>
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
    </section>
  );
}

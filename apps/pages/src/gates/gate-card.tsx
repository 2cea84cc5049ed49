/** A gate that waits for an answer: what is asked, for whose sake, by whom to be answered, and the ways to answer. */
import type { GateDocument } from "@runfleet/client";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { Link } from "wouter";
import { api } from "../api";
import { useMay } from "../parts/session";
import { Ago, Moment } from "../parts/time";
import { hasDeadline, inDoubt } from "../words";
import { DoubtForm } from "./doubt-form";
import { VerdictForm } from "./verdict-form";

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
  const mayAnswer = useMay("operator");
  const Form = gate.gateType === inDoubt ? DoubtForm : VerdictForm;
  return (
    <section className="card gate" aria-label={`Gate ${gate.name}`}>
      <h2>
        {gate.prompt ?? gate.name} <span className="badge wait">{gate.gateType.replaceAll("_", " ")}</span>
      </h2>
      <Place gate={gate} />
      <p className="quiet">
        Asked <Ago iso={gate.since} />
        {hasDeadline(gate.deadline) ? (
          <>
            , open until <Moment iso={gate.deadline} />
          </>
        ) : null}
        {gate.as === null ? null : <>, for {gate.as} to answer</>}
      </p>
      {mayAnswer ? <Form gate={gate} /> : <Options options={gate.options} />}
    </section>
  );
}

/** The run that asks, below those that wait for it. */
function Place({ gate }: { readonly gate: GateDocument }) {
  const { runId, workflow, label, ancestors, name } = gate;
  const runs = [...ancestors.toReversed(), { runId, workflow, label }];
  return (
    <p>
      {runs.map((run) => (
        <Fragment key={run.runId}>
          <Link href={`/runs/${run.runId}`}>{run.label ?? run.workflow}</Link>
          {" › "}
        </Fragment>
      ))}
      {name}
    </p>
  );
}

function Options({ options }: Pick<GateDocument, "options">) {
  if (options === null) return null;
  return <p>To choose from: {Object.values(options).join(", ")}</p>;
}

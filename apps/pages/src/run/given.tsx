/** What an attempt was given: the variables that its texts use, all others on demand, and what cannot be known. */
import type { GivenDocument, GivenVariable, RunDocument, StepDocument } from "@runfleet/model";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { LongText } from "../parts/long-text";
import { ProblemNote } from "../parts/problem-note";

export function Given({ run, step }: { readonly run: RunDocument; readonly step: StepDocument }) {
  const { address, attempt } = step;
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useQuery({
    // How the body ended is known once the run has ended.
    queryKey: ["given", run.id, address, attempt, run.endedAt],
    queryFn: () => api.given(run.id, address, attempt),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return null;
  const used = data.variables.filter(({ usedIn }) => usedIn.length > 0);
  const others = data.variables.filter(({ usedIn }) => usedIn.length === 0);
  return (
    <section aria-label="Given">
      <span className="quiet">Given</span>
      <Variables variables={used} />
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          {used.length === 0 ? "All" : "All other"} variables ({others.length + data.leftOut})
        </summary>
        {isOpen ? <Others given={data} variables={others} /> : null}
      </details>
    </section>
  );
}

function Others({
  given: { leftOut, unknown },
  variables,
}: {
  readonly given: GivenDocument;
  readonly variables: readonly GivenVariable[];
}) {
  return (
    <>
      <Variables variables={variables} />
      {leftOut === 0 ? null : <p className="quiet">{leftOut} more are not shown.</p>}
      <p className="quiet">Not known: {unknown.join("; ")}.</p>
    </>
  );
}

function Variables({ variables }: { readonly variables: readonly GivenVariable[] }) {
  if (variables.length === 0) return null;
  return (
    <dl className="detail">
      {variables.map(({ name, value, isCut, usedIn }) => (
        <div key={name}>
          <dt>
            {name}
            {usedIn.length === 0 ? null : ` in ${usedIn.join(", ")}`}
          </dt>
          <dd>
            {value === null || value === "" ? (
              <p className="quiet">{value === null ? "no value" : "empty"}</p>
            ) : (
              <LongText name={name} text={value} />
            )}
            {isCut ? <p className="quiet">The rest is not shown.</p> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

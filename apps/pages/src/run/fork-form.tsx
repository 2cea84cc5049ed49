/** Starts a fork: a new run that keeps what an ended run did before a step, and goes on from there. */
import type { InputDeclaration, RunDocument } from "@runfleet/model";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, type InputTexts } from "../api";
import { InputFields, typedInputs } from "../parts/input-fields";
import { ProblemNote } from "../parts/problem-note";
import { useMay } from "../parts/session";
import { readInputs } from "../read-inputs";

/** `from` is the address of the first step that is executed again. */
export function ForkForm({ run, from }: { readonly run: RunDocument; readonly from: string }) {
  const [, go] = useLocation();
  const mayFork = useMay("operator");
  const [inputs, setInputs] = useState("");
  const [secrets, setSecrets] = useState<InputTexts>({});
  const forking = useMutation({
    mutationFn: async () => api.fork(run.id, from, { ...readInputs(inputs), ...typedInputs(secrets) }),
    onSuccess: ({ id }) => go(`/runs/${id}`),
  });
  if (!mayFork || run.endedAt === null) return null;
  return (
    <details>
      <summary>Fork from this step</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          forking.mutate();
        }}
      >
        <p className="quiet">A new run keeps what came before this step, and executes the rest again.</p>
        <label>
          <span>
            Changed inputs, one <code>name=value</code> a line
          </span>
          <textarea rows={2} value={inputs} onChange={(event) => setInputs(event.target.value)} />
        </label>
        <InputFields declared={secretsOf(run)} values={secrets} onChange={setSecrets} />
        {forking.error === null ? null : <ProblemNote error={forking.error} />}
        <button type="submit" disabled={forking.isPending}>
          Start the fork
        </button>
      </form>
    </details>
  );
}

/** What stands where a secret would says which inputs are. Without a new value the run's is used. */
function secretsOf({ inputs }: RunDocument): readonly InputDeclaration[] {
  const names = Object.keys(inputs).filter((name) => inputs[name] === "***");
  return names.map((name) => ({
    ...{ name, type: "string", required: false, secret: true },
    description: "a secret; left empty it stays as it is",
  }));
}

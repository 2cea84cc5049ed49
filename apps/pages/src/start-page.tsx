/** Starts a run of a published workflow. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api } from "./api";
import { ProblemNote } from "./parts/problem-note";
import { useMay } from "./parts/session";
import { readInputs } from "./read-inputs";

export function StartPage() {
  const [, go] = useLocation();
  const mayStart = useMay("operator");
  const { data } = useQuery({ queryKey: ["workflows"], queryFn: api.workflows });
  const [workflow, setWorkflow] = useState("");
  const [label, setLabel] = useState("");
  const [inputs, setInputs] = useState("");
  const starting = useMutation({
    mutationFn: async () => api.start(workflow, readInputs(inputs), label),
    onSuccess: ({ id }) => go(`/runs/${id}`),
  });
  return (
    <>
      <h1>Start a run</h1>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          starting.mutate();
        }}
      >
        <label>
          Workflow
          <select required value={workflow} onChange={(event) => setWorkflow(event.target.value)}>
            <option value="">choose one</option>
            {data?.workflows.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          <span>
            Inputs, one <code>name=value</code> a line
          </span>
          <textarea rows={5} value={inputs} onChange={(event) => setInputs(event.target.value)} />
        </label>
        <label>
          Label
          <input value={label} maxLength={200} onChange={(event) => setLabel(event.target.value)} />
        </label>
        {starting.error === null ? null : <ProblemNote error={starting.error} />}
        {mayStart ? null : <p className="quiet">Only operators start runs.</p>}
        <button type="submit" className="main" disabled={starting.isPending || !mayStart}>
          Start
        </button>
      </form>
    </>
  );
}

/** Starts a run of a published workflow, with a field for each input that it declares. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, type InputTexts } from "./api";
import { InputFields, typedInputs } from "./parts/input-fields";
import { ProblemNote } from "./parts/problem-note";
import { useMay } from "./parts/session";
import { readInputs } from "./read-inputs";

export function StartPage() {
  const [, go] = useLocation();
  const mayStart = useMay("operator");
  const { data } = useQuery({ queryKey: ["workflows"], queryFn: api.workflows });
  const [workflow, setWorkflow] = useState("");
  const published = useQuery({
    queryKey: ["workflow", workflow],
    queryFn: () => api.workflow(workflow),
    enabled: workflow !== "",
  });
  const [label, setLabel] = useState("");
  const [inputs, setInputs] = useState<InputTexts>({});
  const [others, setOthers] = useState("");
  const starting = useMutation({
    mutationFn: async () => api.start(workflow, { ...typedInputs(inputs), ...readInputs(others) }, label),
    onSuccess: ({ id }) => go(`/runs/${id}`),
  });
  const error = published.error ?? starting.error;
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
          <select
            required
            value={workflow}
            onChange={(event) => {
              setWorkflow(event.target.value);
              setInputs({});
            }}
          >
            <option value="">choose one</option>
            {data?.workflows.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <InputFields
          declared={published.data?.definition.inputs ?? []}
          values={inputs}
          onChange={setInputs}
        />
        <label>
          <span>
            Inputs that it does not declare, one <code>name=value</code> a line
          </span>
          <textarea rows={2} value={others} onChange={(event) => setOthers(event.target.value)} />
        </label>
        <label>
          Label
          <input value={label} maxLength={200} onChange={(event) => setLabel(event.target.value)} />
        </label>
        {error === null ? null : <ProblemNote error={error} />}
        {mayStart ? null : <p className="quiet">Only operators start runs.</p>}
        <button type="submit" className="main" disabled={starting.isPending || !mayStart}>
          Start
        </button>
      </form>
    </>
  );
}

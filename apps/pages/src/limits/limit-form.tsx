/** Sets the limits of a workflow; what is left empty is as its definition and its starts say. */
import type { LimitOptions, SetLimitDocument } from "@runfleet/client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, wrongInput } from "../api";
import { ProblemNote } from "../parts/problem-note";

interface LimitFormProps {
  /** One that is changed; absent: a new one. */
  readonly limit: SetLimitDocument | undefined;
  readonly done: () => void;
}

const places = [
  ["concurrency", "Runs of the workflow at once; 0 is a brake"],
  ["perKey", "Runs of each key at once"],
  ["starts", "Starts"],
  ["perSeconds", "in so many seconds"],
  ["burst", "of them at once"],
] as const;

type Texts = Readonly<Record<(typeof places)[number][0], string>>;

export function LimitForm({ limit, done }: LimitFormProps) {
  const queries = useQueryClient();
  const { data } = useQuery({ queryKey: ["workflows"], queryFn: api.workflows });
  const [workflow, setWorkflow] = useState(limit?.workflow ?? "");
  const [texts, setTexts] = useState<Texts>(() => textsOf(limit));
  const setting = useMutation({
    mutationFn: async () => api.setLimit(workflow, optionsOf(texts)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["limits"] });
      setWorkflow("");
      setTexts(textsOf(undefined));
      done();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setting.mutate();
  };
  return (
    <form className="card" aria-label="Set a limit" onSubmit={submit}>
      <div className="filters">
        <label>
          Workflow
          <input
            required
            list="limitable"
            value={workflow}
            readOnly={limit !== undefined}
            onChange={(event) => setWorkflow(event.target.value)}
          />
        </label>
        <datalist id="limitable">
          {data?.workflows.map(({ name }) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {places.map(([name, text]) => (
          <label key={name}>
            {text}
            <input
              inputMode="numeric"
              size={6}
              value={texts[name]}
              onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
            />
          </label>
        ))}
      </div>
      <p className="quiet">
        What is left empty is as the workflow says. Replaces what was set before; more places are given away
        at once.
      </p>
      {setting.error === null ? null : <ProblemNote error={setting.error} />}
      <span className="sure">
        <button type="submit" className="main" disabled={setting.isPending}>
          Set the limit
        </button>
        {limit === undefined ? null : (
          <button type="button" onClick={done}>
            Leave it
          </button>
        )}
      </span>
    </form>
  );
}

function textsOf(limit: SetLimitDocument | undefined): Texts {
  const text = (value: number | null | undefined): string => (value ?? "").toString();
  const rate = limit?.rate;
  return {
    concurrency: text(limit?.concurrency),
    perKey: text(limit?.perKey),
    starts: text(rate?.limit),
    perSeconds: text(rate === null || rate === undefined ? undefined : rate.perMs / 1_000),
    burst: text(rate?.burst),
  };
}

/** The server says what the numbers may be. */
function optionsOf(texts: Texts): LimitOptions {
  const number = (name: keyof Texts): number | undefined => {
    const text = texts[name].trim();
    if (text === "") return undefined;
    if (!/^\d+(\.\d+)?$/.test(text)) throw wrongInput(`${JSON.stringify(text)} is no number`);
    return Number(text);
  };
  const [concurrency, perKey, starts] = [number("concurrency"), number("perKey"), number("starts")];
  const [perSeconds, burst] = [number("perSeconds"), number("burst")];
  if ((starts === undefined) !== (perSeconds === undefined)) {
    throw wrongInput("say both how many starts, and in how many seconds");
  }
  if (burst !== undefined && starts === undefined) {
    throw wrongInput("say how many starts there may be of which so many come at once");
  }
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(perKey === undefined ? {} : { perKey }),
    ...(starts === undefined || perSeconds === undefined
      ? {}
      : { rate: { limit: starts, perMs: perSeconds * 1_000, ...(burst === undefined ? {} : { burst }) } }),
  };
}

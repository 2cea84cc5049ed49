/** Finds one run by its id or by the idempotency key it was started with, and opens it. */
import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { api, wrongInput } from "../api";
import { ProblemNote } from "../parts/problem-note";

const runId = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

async function idOf(text: string): Promise<string> {
  if (runId.test(text)) return text.toUpperCase();
  const { runs } = await api.runsOfKey(text);
  const [run] = runs;
  if (run === undefined)
    throw wrongInput("no run has this id, and none was started with this idempotency key");
  return run.id;
}

export function FindRun() {
  const [, go] = useLocation();
  const finding = useMutation({ mutationFn: idOf, onSuccess: (id) => go(`/runs/${encodeURIComponent(id)}`) });
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = new FormData(event.currentTarget).get("text");
          if (typeof text === "string" && text.trim() !== "") finding.mutate(text.trim());
        }}
      >
        <label>
          Run id or idempotency key
          <input name="text" type="search" placeholder="opens the run" />
        </label>
        {finding.error === null ? null : <ProblemNote error={finding.error} />}
      </form>
    </search>
  );
}

/**
 * Finds runs by what somebody has in hand. An id or an idempotency key opens its run; any other text shows the runs whose
 * label begins so.
 */
import { useMutation } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { api } from "../api";
import { ProblemNote } from "../parts/problem-note";

const runId = /^[0-9A-HJKMNP-TV-Z]{26}$/i;

/** Nothing when the text is no id and no key. */
async function idOf(text: string): Promise<string | undefined> {
  if (runId.test(text)) return text.toUpperCase();
  const { runs } = await api.runsOfKey(text);
  return runs[0]?.id;
}

interface FindRunProps {
  /** How the labels of the runs that are shown begin; empty = all are shown. */
  readonly labelPrefix: string;
  readonly onLabel: (prefix: string) => void;
}

export function FindRun({ labelPrefix, onLabel }: FindRunProps) {
  const [, go] = useLocation();
  const finding = useMutation({
    mutationFn: idOf,
    onSuccess: (id, text) => (id === undefined ? onLabel(text) : go(`/runs/${encodeURIComponent(id)}`)),
  });
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const text = new FormData(event.currentTarget).get("text");
          if (typeof text !== "string" || text.trim() === "") onLabel("");
          else finding.mutate(text.trim());
        }}
      >
        <label>
          Run id, idempotency key, or how the label begins
          <input key={labelPrefix} name="text" type="search" defaultValue={labelPrefix} />
        </label>
        {labelPrefix === "" ? null : (
          <button type="button" onClick={() => onLabel("")}>
            All labels
          </button>
        )}
        {finding.error === null ? null : <ProblemNote error={finding.error} />}
      </form>
    </search>
  );
}

/** The answer to the gate of a step in doubt: it had no effect, it had one and this was its result, or it is given up. */
import type { GateDocument } from "@runfleet/client";
import type { GivenResult } from "@runfleet/model";
import { useState } from "react";
import { wrongInput } from "../api";
import { ProblemNote } from "../parts/problem-note";
import { useAnswer } from "./use-answer";

type Choice = "retry" | "done" | "fail";

const buttons: Readonly<Record<Choice, string>> = {
  retry: "Retry",
  done: "Done with this result",
  fail: "Fail",
};

export function DoubtForm({ gate }: { readonly gate: GateDocument }) {
  const [feedback, setFeedback] = useState("");
  const [result, setResult] = useState("");
  const answering = useAnswer(gate, (choice: Choice) => ({
    ...{ verdict: "approve", feedback, selections: [choice] },
    ...(choice === "done" && result.trim() !== "" ? { result: readResult(result) } : {}),
  }));
  return (
    <>
      <label>
        <span>
          Result, as JSON with <code>markers</code>, <code>context</code> and <code>output</code>, each if
          there is one
        </span>
        <textarea
          rows={3}
          placeholder={'{"markers": ["charged"], "output": {"receipt": "r-7"}}'}
          value={result}
          onChange={(event) => setResult(event.target.value)}
        />
      </label>
      <label>
        Feedback
        <textarea rows={2} value={feedback} onChange={(event) => setFeedback(event.target.value)} />
      </label>
      {answering.error === null ? null : <ProblemNote error={answering.error} />}
      <ul className="choices">
        {Object.entries(buttons).map(([choice, text]) => (
          <li key={choice}>
            <button
              type="button"
              disabled={answering.isPending}
              onClick={() => answering.mutate(choice as Choice)}
            >
              {text}
            </button>{" "}
            {gate.options?.[choice]}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The server says what such a result may hold. */
function readResult(text: string): GivenResult {
  try {
    return JSON.parse(text) as GivenResult;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw wrongInput(`the result is no JSON: ${why}`, { cause });
  }
}

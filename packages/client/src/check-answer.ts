/**
 * Refuses answers to gates that mean nothing, here, where the sender still can correct them: too large, not offered, no
 * result. What only a worker can say (whether a result fits the action's schema) brings the gate back later.
 */
import { doubtGateType, givenResultSchema, limits, type OpenGate, RunfleetError } from "@runfleet/model";
import { checkBytes, checkName } from "./check-start-options.js";
import type { AnswerOptions } from "./client-options.js";
import type { Connections } from "./connections.js";

export interface Answer extends AnswerOptions {
  readonly runId: string;
  /** Name or address; absent = the only open one. */
  readonly gate: string | undefined;
  readonly verdict: "approved" | "rejected";
}

export async function checkAnswer({ store }: Connections, answer: Answer): Promise<void> {
  const { runId, gate, verdict, feedback, result } = answer;
  checkName("gate", gate);
  const selections = JSON.stringify(selectionsOf(answer) ?? []);
  checkBytes({ what: "feedback", text: feedback ?? "", bytesMax: limits.contextBytesMax });
  checkBytes({ what: "selections", text: selections, bytesMax: limits.contextBytesMax });
  if (result !== undefined) checkResult(result);
  if (verdict === "rejected") return;
  const { rows } = await store.openGates({ runId, limit: limits.pageRowsMax });
  const asked = rows.filter(({ name, address }) => gate === undefined || gate === name || gate === address);
  const [open] = asked;
  // None or several: the store says so.
  if (open === undefined || asked.length > 1) return;
  checkSelections(open, selectionsOf(answer) ?? []);
  if (open.gateType === doubtGateType) checkDoubt(open, answer);
  else if (result !== undefined)
    throw refused(open, "takes no result; only the gate of a step in doubt does");
}

/** A result alone says that the step is done. */
export function selectionsOf({ selections, result }: Answer): readonly string[] | undefined {
  return selections === undefined && result !== undefined ? ["done"] : selections;
}

function checkSelections(open: OpenGate, selections: readonly string[]): void {
  const offered = Object.keys(open.options ?? {});
  const unknown = selections.filter((selection) => !offered.includes(selection));
  if (unknown.length === 0) return;
  const choices = offered.length === 0 ? "offers nothing to select" : `offers ${offered.join(", ")}`;
  throw refused(open, `${choices}; not ${unknown.join(", ")}`, { offered, unknown });
}

function checkDoubt(open: OpenGate, answer: Answer): void {
  const [chosen, ...more] = selectionsOf(answer) ?? [];
  const offered = Object.keys(open.options ?? {});
  if (chosen === undefined || more.length > 0)
    throw refused(open, `wants one selection: ${offered.join(", ")}`, { offered });
  if (answer.result !== undefined && chosen !== "done")
    throw refused(open, `takes a result with the selection done, not with ${chosen}`);
}

/** The limits of a step's result; the engine would make a failure of one that is larger. */
function checkResult(result: unknown): void {
  const { data, error } = givenResultSchema.safeParse(result);
  if (data === undefined) {
    const problems = error.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
    throw new RunfleetError(
      "invalid_input",
      `the result must look like {"markers": [text], "context": text, "output": any}, each if wanted; ${problems.join("; ")}`,
    );
  }
  const { markers = [], context = "", output } = data;
  if (markers.length > limits.markersMax) {
    throw new RunfleetError(
      "too_large",
      `the result has ${markers.length} markers; at most ${limits.markersMax} are allowed`,
    );
  }
  for (const text of markers) checkBytes({ what: "markers", text, bytesMax: limits.nameBytesMax });
  checkBytes({ what: "characters of the context", text: context, bytesMax: limits.contextBytesMax });
  const text = JSON.stringify(output) ?? "";
  checkBytes({ what: "members of the output", text, bytesMax: limits.stepOutputBytesMax });
}

function refused(open: OpenGate, why: string, more: Readonly<Record<string, unknown>> = {}): RunfleetError {
  const { runId, name } = open;
  return new RunfleetError("invalid_input", `gate "${name}" ${why}`, {
    details: { runId, gate: name, ...more },
  });
}

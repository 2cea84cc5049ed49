/**
 * From what an action returned to an outcome: the output is held to the action's own schema and to the step's, and with
 * the latter markers and context follow from it. An output that does not fit is a failure that another attempt may mend,
 * and what it cost counts.
 */
import { deriveFromOutput, type OutputSchema, outputProblems } from "@runfleet/engine";
import { type Outcome, outcomeSchema, RunfleetError, type Usage, usageSchema } from "@runfleet/model";
import type { ActionResult, AnyAction } from "../action.js";
import { failedOutcome } from "../outcomes.js";
import { schemaProblems } from "./schema-problems.js";

export interface Returned {
  readonly action: AnyAction;
  /** Schema of the step's `output`, if there is one. */
  readonly schema: OutputSchema | undefined;
  readonly result: ActionResult<unknown>;
  readonly durationMs: number;
}

export function resultOutcome(returned: Returned): Outcome {
  try {
    return succeeded(returned);
  } catch (error) {
    return { ...failedOutcome(error), usage: usageWith(returned.durationMs, returned.result.usage) };
  }
}

/** The duration, and whatever else was used as far as it is a usage. */
export function usageWith(durationMs: number, used: unknown): Usage {
  return { durationMs, ...usageSchema.safeParse(used).data };
}

function succeeded({ action, schema, result, durationMs }: Returned): Outcome {
  const output = checkedOutput(action, result.output);
  const { markers = [], context = "" } =
    schema === undefined ? result : heldTo(schema, output, result.context ?? "");
  const outcome = outcomeSchema.safeParse({
    type: "succeeded",
    markers: [...new Set(markers)],
    context,
    usage: { durationMs, ...result.usage },
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...(result.resultText === undefined ? {} : { resultText: result.resultText }),
  });
  if (outcome.success) return outcome.data;
  throw new RunfleetError(
    "invalid_output",
    `action "${action.name}" returned something that is no result: ${schemaProblems(outcome.error)}`,
  );
}

function checkedOutput(action: AnyAction, output: unknown): unknown {
  if (action.output === undefined || output === undefined) return output;
  const parsed = action.output.safeParse(output);
  if (parsed.success) return parsed.data;
  // Retryable on purpose: a model or a service may answer in the right shape the next time.
  throw new Error(
    `output of action "${action.name}" does not fit its schema: ${schemaProblems(parsed.error)}`,
  );
}

/** Markers and context as the schema says; a context of the action's own stays. Retryable for the same reason. */
function heldTo(
  schema: OutputSchema,
  output: unknown,
  context: string,
): { readonly markers: string[]; readonly context: string } {
  const problems = outputProblems(schema, output);
  if (problems.length > 0) {
    throw new Error(`structured output validation: schema "${schema.name}": ${problems.join("; ")}`);
  }
  const derived = deriveFromOutput(schema, output as Record<string, unknown>);
  return { markers: derived.markers, context: context === "" ? derived.context : context };
}

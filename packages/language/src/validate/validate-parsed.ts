/**
 * What validation can say about a text, with errors in it or without: names that do not exist are found in the same go
 * as mistakes in writing. Says nothing about what a missing piece of a text with errors could have caused.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { sortDiagnostics } from "../diagnostics/diagnostic.js";
import type { DiagnosticCode } from "../diagnostics/diagnostic-codes.js";
import type { ParsedWorkflow } from "../parse/parse-workflow.js";
import { validateDefinition } from "./validate-definition.js";
import type { ValidationContext } from "./validation-context.js";

/** Findings that are true of a draft as they would be of the whole. */
const draftCodes: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "unknown_action",
  "unknown_fallback_action",
  "unknown_gate_type",
  "unknown_item_provider",
  "unknown_workflow",
  "unknown_step",
  "unknown_target",
  "invalid_script",
  "workflow_cycle",
]);

/** All findings, those of the parser included, in the order of their places. `file` is put into every one. */
export function validateParsed(
  parsed: ParsedWorkflow,
  context: ValidationContext,
  { file }: { readonly file?: string } = {},
): Diagnostic[] {
  const found = findingsOf(parsed, { ...context, positions: parsed.positions });
  const placed = file === undefined ? found : found.map((diagnostic) => ({ ...diagnostic, file }));
  return sortDiagnostics([...parsed.diagnostics, ...placed]);
}

function findingsOf({ definition, draft }: ParsedWorkflow, context: ValidationContext): Diagnostic[] {
  if (definition !== undefined) return validateDefinition(definition, context);
  if (draft === undefined) return [];
  const found = validateDefinition(draft.definition, { ...context, assumedSteps: draft.steps });
  return found.filter(({ code }) => draftCodes.has(code));
}

/**
 * The closed table of diagnostic codes: what each means and whether it stops a workflow from being used.
 * Messages and hints are written where the finding is made.
 */
export interface DiagnosticCodeRow {
  readonly severity: "error" | "warning";
  readonly meaning: string;
}

export const diagnosticCodes = {
  // Text.
  source_too_large: { severity: "error", meaning: "the source text is larger than a definition may be" },
  unexpected_text: { severity: "error", meaning: "this text has no meaning here" },
  unterminated_string: { severity: "error", meaning: "a string has no closing quote" },
  suspicious_string: { severity: "warning", meaning: "a string has probably lost its closing quote" },
  wrong_quotes: { severity: "error", meaning: "strings are written in double quotes" },
  block_comment: { severity: "error", meaning: "comments go from //, # or -- to the end of the line" },
  unclosed_block: { severity: "error", meaning: "a { or [ is never closed" },
  suspicious_block: { severity: "warning", meaning: "a block has probably lost its closing brace" },
  text_after_end: { severity: "warning", meaning: "text after the end of the workflow is ignored" },
  steps_after_end: { severity: "error", meaning: "a } too many ends the workflow before its last steps" },
  too_many_errors: { severity: "error", meaning: "reading stopped; what follows was not looked at" },
  // Grammar.
  missing_workflow: { severity: "error", meaning: "a file holds `workflow name { … }`" },
  unknown_keyword: { severity: "error", meaning: "no kind of step begins with this word" },
  expected: { severity: "error", meaning: "something that must come next is missing" },
  reserved_name: { severity: "error", meaning: "this word cannot be used as a name here" },
  invalid_condition: {
    severity: "error",
    meaning: "a condition is `step.marker`, or the name of a boolean input",
  },
  invalid_path: { severity: "error", meaning: "an agent path may not leave its folder" },
  invalid_name: { severity: "error", meaning: "a name has characters that names cannot have" },
  loop_without_condition: {
    severity: "error",
    meaning: "a `do` block has loop options but no `while` after it",
  },
  not_in_parallel: { severity: "error", meaning: "a parallel block holds calls and nothing else" },
  empty_parallel: { severity: "error", meaning: "a parallel block has no branch" },
  nesting_limit: { severity: "error", meaning: "blocks are nested too deeply" },
  // Options.
  invalid_value: { severity: "error", meaning: "an option has a value it cannot have" },
  missing_option: { severity: "error", meaning: "a required option is missing" },
  conflicting_options: { severity: "error", meaning: "two options exclude each other" },
  unknown_option: { severity: "warning", meaning: "this option does not exist here and is ignored" },
  misplaced_option: { severity: "warning", meaning: "an option stands where it is easily overlooked" },
  duplicate_option: { severity: "warning", meaning: "an option is given twice; the last one counts" },
  unusual_value: { severity: "warning", meaning: "a value is accepted but probably not what was meant" },
  option_without_effect: { severity: "warning", meaning: "an option changes nothing here" },
  suspicious_input: { severity: "warning", meaning: "an input declaration is probably a mistake" },
  inactive_trigger: { severity: "warning", meaning: "a trigger is noted but starts nothing by itself" },
  // Validation.
  invalid_shape: { severity: "error", meaning: "the definition does not have the shape of a definition" },
  limit_exceeded: { severity: "error", meaning: "a limit is exceeded" },
  unknown_action: { severity: "error", meaning: "no action is registered under this name" },
  unknown_fallback_action: {
    severity: "warning",
    meaning: "no action is registered under the name in on_fail",
  },
  unknown_gate_type: { severity: "error", meaning: "no resolver is registered for this type of gate" },
  unknown_item_provider: { severity: "error", meaning: "no item provider is registered under this name" },
  unknown_workflow: { severity: "error", meaning: "a called workflow does not exist" },
  unknown_step: { severity: "error", meaning: "a step is referred to that cannot have run before" },
  unknown_input: { severity: "error", meaning: "a condition names an input that is not declared as boolean" },
  unknown_target: { severity: "error", meaning: "a target is none of the targets that exist" },
  missing_input: { severity: "error", meaning: "a called workflow requires an input that is not given" },
  undeclared_input: {
    severity: "warning",
    meaning: "a called workflow does not declare an input that is given",
  },
  invalid_foreach: { severity: "error", meaning: "options of a foreach do not fit together" },
  invalid_script: { severity: "error", meaning: "a script cannot be run" },
  workflow_cycle: { severity: "error", meaning: "workflows call each other in a circle" },
  workflow_depth: { severity: "error", meaning: "workflows call workflows too deeply" },
} as const satisfies Readonly<Record<string, DiagnosticCodeRow>>;

export type DiagnosticCode = keyof typeof diagnosticCodes;

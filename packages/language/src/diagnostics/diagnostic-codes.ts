/**
 * The closed table of diagnostic codes: what each means and whether it stops a workflow from being used.
 * Messages and hints are written where the finding is made.
 */
export interface DiagnosticCodeRow {
  readonly severity: "error" | "warning";
  readonly meaning: string;
  /** The hint of findings that know nothing better. */
  readonly remedy: string;
}

export const diagnosticCodes = {
  // Text.
  source_too_large: {
    severity: "error",
    meaning: "the source text is larger than a definition may be",
    remedy: "split the workflow and use `call workflow`",
  },
  unexpected_text: {
    severity: "error",
    meaning: "this text has no meaning here",
    remedy: "remove it, or write texts in double quotes",
  },
  unterminated_string: {
    severity: "error",
    meaning: "a string has no closing quote",
    remedy: 'close it with "',
  },
  suspicious_string: {
    severity: "warning",
    meaning: "a string has probably lost its closing quote",
    remedy: "is its closing quote missing on this line?",
  },
  wrong_quotes: { severity: "error", meaning: "strings are written in double quotes", remedy: 'write "…"' },
  block_comment: {
    severity: "error",
    meaning: "comments go from //, # or -- to the end of the line",
    remedy: "begin each line of the comment with //",
  },
  unclosed_block: {
    severity: "error",
    meaning: "a { or [ is never closed",
    remedy: "add the missing closing bracket",
  },
  suspicious_block: {
    severity: "warning",
    meaning: "a block has probably lost its closing brace",
    remedy: "a `}` is probably missing here",
  },
  text_after_end: {
    severity: "warning",
    meaning: "text after the end of the workflow is ignored",
    remedy: "remove it, or put it before the last `}`",
  },
  steps_after_end: {
    severity: "error",
    meaning: "a } too many ends the workflow before its last steps",
    remedy: "remove the `}` that ends the workflow too early",
  },
  too_many_errors: {
    severity: "error",
    meaning: "reading stopped; what follows was not looked at",
    remedy: "mend the first ones and look again",
  },
  // Grammar.
  missing_workflow: {
    severity: "error",
    meaning: "a file holds `workflow name { … }`",
    remedy: "write `workflow name { … }` around everything",
  },
  unknown_keyword: {
    severity: "error",
    meaning: "no kind of step begins with this word",
    remedy: "steps begin with call, script, if, unless, while, do, parallel, gate, foreach, sleep or always",
  },
  expected: {
    severity: "error",
    meaning: "something that must come next is missing",
    remedy: "write what is expected here, or remove what stands in its place",
  },
  reserved_name: {
    severity: "error",
    meaning: "this word cannot be used as a name here",
    remedy: "choose another name",
  },
  invalid_condition: {
    severity: "error",
    meaning: "a condition is `step.marker`, or the name of a boolean input",
    remedy: "write `step.marker`, or the name of a boolean input",
  },
  invalid_path: {
    severity: "error",
    meaning: "an agent path may not leave its folder",
    remedy: "write the path from the root of the project",
  },
  invalid_name: {
    severity: "error",
    meaning: "a name has characters that names cannot have",
    remedy: "names have letters, digits, `_` and `-`, and begin with a letter or `_`",
  },
  loop_without_condition: {
    severity: "error",
    meaning: "a `do` block has loop options but no `while` after it",
    remedy: "write `while step.marker` behind the closing brace",
  },
  not_in_parallel: {
    severity: "error",
    meaning: "a parallel block holds calls and nothing else",
    remedy: "put other steps before or behind the parallel block",
  },
  empty_parallel: {
    severity: "error",
    meaning: "a parallel block has no branch",
    remedy: "add at least one `call`",
  },
  nesting_limit: {
    severity: "error",
    meaning: "blocks are nested too deeply",
    remedy: "move inner blocks into a workflow of their own and use `call workflow`",
  },
  // Options.
  invalid_value: {
    severity: "error",
    meaning: "an option has a value it cannot have",
    remedy: "write a value of the kind the message names",
  },
  missing_option: { severity: "error", meaning: "a required option is missing", remedy: "add the option" },
  conflicting_options: {
    severity: "error",
    meaning: "two options exclude each other",
    remedy: "leave one of the two out",
  },
  unknown_option: {
    severity: "warning",
    meaning: "this option does not exist here and is ignored",
    remedy: "remove it; options of resolvers belong into a gate with `type = …`",
  },
  misplaced_option: {
    severity: "warning",
    meaning: "an option stands where it is easily overlooked",
    remedy: "move it to where the message says",
  },
  duplicate_option: {
    severity: "warning",
    meaning: "an option is given twice; the last one counts",
    remedy: "leave one of the two out",
  },
  unusual_value: {
    severity: "warning",
    meaning: "a value is accepted but probably not what was meant",
    remedy: "is that what was meant?",
  },
  option_without_effect: {
    severity: "warning",
    meaning: "an option changes nothing here",
    remedy: "leave it out",
  },
  suspicious_input: {
    severity: "warning",
    meaning: "an input declaration is probably a mistake",
    remedy: "is that what was meant?",
  },
  inactive_trigger: {
    severity: "warning",
    meaning: "a trigger is noted but starts nothing by itself",
    remedy: "runs are started by a command, a program or a schedule",
  },
  // Validation.
  invalid_shape: {
    severity: "error",
    meaning: "the definition does not have the shape of a definition",
    remedy: "make definitions with text or with the builder, which fill in everything",
  },
  limit_exceeded: {
    severity: "error",
    meaning: "a limit is exceeded",
    remedy: "make it smaller, or split the workflow",
  },
  invalid_secret: {
    severity: "error",
    meaning: "a secret input cannot be used like this",
    remedy: "secret inputs are texts without a default, and nothing that everybody sees is made of them",
  },
  invalid_limit: {
    severity: "error",
    meaning: "a limit of concurrency or rate cannot be kept",
    remedy: "write a limit of 1 or more and a key made of the workflow's inputs",
  },
  unknown_action: {
    severity: "error",
    meaning: "no action is registered under this name",
    remedy: "register it with the worker, or register a fallback action",
  },
  unknown_fallback_action: {
    severity: "warning",
    meaning: "no action is registered under the name in on_fail",
    remedy: "register it with the worker, or write `on_fail = continue`",
  },
  unknown_gate_type: {
    severity: "error",
    meaning: "no resolver is registered for this type of gate",
    remedy: "register a resolver for it under `gates` of the configuration",
  },
  unknown_item_provider: {
    severity: "error",
    meaning: "no item provider is registered under this name",
    remedy: "register it under `items` of the configuration",
  },
  unknown_workflow: {
    severity: "error",
    meaning: "a called workflow does not exist",
    remedy: "publish it together with this one, or before",
  },
  unknown_step: {
    severity: "error",
    meaning: "a step is referred to that cannot have run before",
    remedy: "name a step that stands before this",
  },
  unknown_input: {
    severity: "error",
    meaning: "a condition names an input that is not declared as boolean",
    remedy: "declare it in `inputs` as boolean",
  },
  unknown_target: {
    severity: "error",
    meaning: "a target is none of the targets that exist",
    remedy: "name one of the targets that exist",
  },
  missing_input: {
    severity: "error",
    meaning: "a called workflow requires an input that is not given",
    remedy: "give it in `inputs` of the call",
  },
  undeclared_input: {
    severity: "warning",
    meaning: "a called workflow does not declare an input that is given",
    remedy: "declare it in the called workflow, or leave it out",
  },
  invalid_foreach: {
    severity: "error",
    meaning: "options of a foreach do not fit together",
    remedy: "change one of the two options",
  },
  invalid_script: {
    severity: "error",
    meaning: "a script cannot be run",
    remedy: "give a path to an executable file of the project, or a command that the shell finds",
  },
  missing_file: {
    severity: "error",
    meaning: "a prompt snippet or an output schema that a step names cannot be used",
    remedy: "create or correct the file, or correct the name",
  },
  missing_agent_file: {
    severity: "warning",
    meaning: "an agent has no file that can be used",
    remedy: "create or correct the file, or start the run with the plugin directory it lies in",
  },
  workflow_cycle: {
    severity: "error",
    meaning: "workflows call each other in a circle",
    remedy: "repeat steps with `while` instead of a workflow calling itself",
  },
  workflow_depth: {
    severity: "error",
    meaning: "workflows call workflows too deeply",
    remedy: "call the workflow from a workflow that stands further up",
  },
} as const satisfies Readonly<Record<string, DiagnosticCodeRow>>;

export type DiagnosticCode = keyof typeof diagnosticCodes;

/** The builder's outermost call: a whole workflow from its parts, checked as a whole before anybody uses it. */
import {
  type Definition,
  definitionSchema,
  type InputDeclaration,
  type Node,
  type SequenceNode,
} from "@runfleet/model";
import { makeConcurrency, makeDefinition, makeInput, makeRate } from "../definition/make-nodes.js";
import { walkNodes } from "../definition/walk-nodes.js";
import { checkNesting, checkShape } from "../validate/check-shape.js";
import type { PathFinding } from "../validate/finding.js";
import { durationMsOf, mistake } from "./read-texts.js";
import type { DurationText } from "./vocabulary.js";

/**
 * `"required"`, `"optional"` and `"boolean"` are short for an object with nothing else. A text without default is
 * required unless `required` is false.
 */
export type InputOption =
  | "required"
  | "optional"
  | "boolean"
  | {
      readonly type?: "string";
      readonly required?: boolean;
      readonly default?: string;
      readonly description?: string;
      /** Masked wherever it could be read, given to steps only; has no default. */
      readonly secret?: boolean;
    }
  | { readonly type: "boolean"; readonly default?: boolean; readonly description?: string };

export interface WorkflowOptions {
  readonly title?: string;
  readonly description?: string;
  readonly trigger?: "manual" | "pr" | "scheduled";
  readonly targets?: readonly string[];
  readonly group?: string;
  /** Of the whole run; default none. */
  readonly timeout?: DurationText;
  /** Worker pool that takes its runs; a start may name another. Default: the parent's, of a root run `default`. */
  readonly pool?: string;
  /**
   * Runs worked on at once: `limit` of each value of the key and `total` of all, or without a key `limit` of all. `{{name}}` in
   * the key is an input.
   */
  readonly concurrency?: { readonly key?: string; readonly limit: number; readonly total?: number };
  /** `limit` starts in each `per`, evenly spaced but for `burst` (default 1) at once; of each value of the key. */
  readonly rate?: {
    readonly key?: string;
    readonly limit: number;
    readonly per: DurationText;
    readonly burst?: number;
  };
  /** In the order in which they are shown. */
  readonly inputs?: Readonly<Record<string, InputOption>>;
  /** Steps that run at the end in any case. */
  readonly always?: readonly Node[];
}

/**
 * The definition. As in text, an `always` directly in the workflow belongs to what runs at its end. Throws
 * `invalid_definition`, with all findings in its details, when it could not be one.
 */
export function buildWorkflow(name: string, options: WorkflowOptions, nodes: readonly Node[]): Definition {
  const { timeout, inputs, always, targets, concurrency, rate, ...rest } = options;
  const definition = makeDefinition(
    name,
    {
      ...rest,
      targets: [...(targets ?? [])],
      timeoutMs: timeout === undefined ? undefined : durationMsOf(timeout),
      concurrency: concurrency === undefined ? undefined : makeConcurrency(concurrency),
      rate: rate === undefined ? undefined : makeRate({ ...rate, perMs: durationMsOf(rate.per) }),
      inputs: Object.entries(inputs ?? {}).map(([input, option]) => inputOf(input, option)),
      always: [...nodes.flatMap((node) => (isAlways(node) ? node.body : [])), ...(always ?? [])],
    },
    nodes.filter((node) => !isAlways(node)),
  );
  const findings: PathFinding[] = [];
  checkAll(definition, (finding) => findings.push(finding));
  if (findings.length === 0) return definition;
  const messages = findings.map(({ message }) => message).join("; ");
  throw mistake(`the workflow \`${name}\` cannot be built: ${messages}`, { findings });
}

/** Nesting first: the schema is recursive and would run out of stack. Schema next: other checks rely on types. */
function checkAll(definition: Definition, find: (finding: PathFinding) => void): void {
  for (const placed of walkNodes(definition)) {
    if (checkNesting(placed, find)) return;
  }
  const { success, error } = definitionSchema.safeParse(definition);
  if (success) {
    checkShape(definition, find);
    return;
  }
  for (const { path, message } of error.issues) {
    find({ code: "invalid_shape", path: "name", message: `${path.map(String).join(".")}: ${message}` });
  }
}

function isAlways(node: Node): node is SequenceNode {
  return node.kind === "sequence" && node.mode === "always";
}

function inputOf(name: string, option: InputOption): InputDeclaration {
  if (option === "required") return makeInput(name, { type: "string", required: true });
  if (option === "optional") return makeInput(name, { type: "string", required: false, optional: true });
  if (option === "boolean") return makeInput(name, { type: "boolean", required: false });
  if (typeof option !== "object") {
    throw mistake(
      `the input \`${name}\` is declared as ${String(option)}; write "required", "optional", "boolean" or an object`,
    );
  }
  const { type = "string", description } = option;
  const value = option.default;
  const required = "required" in option ? option.required : undefined;
  return makeInput(name, {
    type,
    required: required === true,
    optional: required === false,
    default: value === undefined ? undefined : String(value),
    description,
    secret: "secret" in option ? option.secret : undefined,
  });
}

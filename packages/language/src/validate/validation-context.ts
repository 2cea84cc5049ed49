/** What exists around a definition, as far as the caller knows it. A check whose member is absent is left out. */
import type { Definition } from "@runfleet/model";
import type { Position } from "../diagnostics/diagnostic.js";
import type { NamedFile } from "./check-named-files.js";

export interface ValidationContext {
  /** A workflow by name. The validated definition answers for its own name. */
  readonly workflows?: (name: string) => Definition | undefined;
  /** True for workflows that exist and cannot be read now: nothing is said about calling them. */
  readonly isUnreadable?: (workflow: string) => boolean;
  /** Steps that count as known everywhere, whatever the definition holds. */
  readonly assumedSteps?: ReadonlySet<string>;
  /** Names of registered actions. */
  readonly actions?: ReadonlySet<string>;
  /** True when an action takes every name that is not registered. */
  readonly hasFallbackAction?: boolean;
  /** Types with a registered resolver; the built-in types need none. */
  readonly gateTypes?: ReadonlySet<string>;
  /** Names of registered item providers, built-in ones included. */
  readonly itemProviders?: ReadonlySet<string>;
  /** What is registered where a called workflow is executed; nothing: the same as here. */
  readonly registeredFor?: (workflow: string) => Registered | undefined;
  /** Targets that exist; an empty set allows every target. */
  readonly targets?: ReadonlySet<string>;
  /** What keeps a script's command from being run, or `undefined` if nothing does. Not asked about placeholders. */
  readonly scripts?: (run: string) => ScriptProblem | undefined;
  /** What is wrong with a file that a step names, or `undefined` if nothing is or nobody looks at it. */
  readonly files?: (file: NamedFile) => string | undefined;
  /** Places in the source text, as `parseWorkflow` gives them. */
  readonly positions?: (path: string) => Position | undefined;
}

/** Names that the workers have which execute a workflow. */
export type Registered = Pick<
  ValidationContext,
  "actions" | "hasFallbackAction" | "gateTypes" | "itemProviders"
>;

export interface ScriptProblem {
  /** Completes "the script `x` cannot be run: …". */
  readonly message: string;
  readonly hint: string;
}

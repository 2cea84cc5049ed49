/**
 * Types only: the names a builder may use. With a vocabulary the compiler checks action names, workflow names and the
 * inputs of called workflows; without one every text is allowed and validation finds mistakes later.
 */

/**
 * `actions`: an object type with one member per registered action (a registry's own type will do). `workflows`: one
 * member per workflow, whose type has one member per input, optional where the input is: `{ review: { pr: string } }`.
 * `markers`: one member per step whose markers are known, whose type is their union: `{ plan: "ready" | "blocked" }`.
 */
export interface Vocabulary {
  readonly actions?: object;
  readonly workflows?: object;
  readonly markers?: object;
}

type KeysOf<T> = Extract<keyof T, string>;

/** The path of an agent file. */
export type AgentFile = `${string}/${string}` | `${string}.md`;

export type ActionName<V extends Vocabulary> = V extends { readonly actions: infer Actions }
  ? KeysOf<Actions>
  : string;

/** What `call` takes. */
export type AgentText<V extends Vocabulary> = ActionName<V> | AgentFile;

/** What `onFail` takes. */
export type OnFailText<V extends Vocabulary> = "continue" | AgentText<V>;

export type WorkflowName<V extends Vocabulary> = V extends { readonly workflows: infer Workflows }
  ? KeysOf<Workflows>
  : string;

/** Inputs given to a workflow: texts, under the names it declares. */
export type WorkflowInputs<V extends Vocabulary, Name extends string> = V extends {
  readonly workflows: infer Workflows;
}
  ? Name extends keyof Workflows
    ? { readonly [Input in keyof Workflows[Name]]: string }
    : never
  : Readonly<Record<string, string>>;

/** True for workflows that can be called without inputs. */
export type NeedsNoInputs<V extends Vocabulary, Name extends string> =
  Record<never, never> extends WorkflowInputs<V, Name> ? true : false;

type MembersOf<V extends Vocabulary, Part extends keyof Vocabulary> =
  V extends Readonly<Record<Part, infer Members>> ? KeysOf<Members> : never;

/** Any text, without making the editor forget the texts it could offer. */
type OtherText = string & Record<never, never>;

/** Steps that are known by name: actions, workflows and those with known markers. Others (scripts, …) are texts. */
export type StepName<V extends Vocabulary> =
  | MembersOf<V, "actions">
  | MembersOf<V, "workflows">
  | MembersOf<V, "markers">
  | OtherText;

/** Markers a step can give, as far as they are known. */
export type MarkerName<V extends Vocabulary, Step extends string> = V extends {
  readonly markers: infer Markers;
}
  ? Step extends keyof Markers
    ? Extract<Markers[Step], string>
    : string
  : string;

type KnownMarkerText<V extends Vocabulary> = V extends { readonly markers: infer Markers }
  ? { [Step in KeysOf<Markers>]: `${Step}.${Extract<Markers[Step], string>}` }[KeysOf<Markers>]
  : never;

/** `step.marker`; where markers are known the editor offers both. */
export type MarkerText<V extends Vocabulary> =
  | KnownMarkerText<V>
  | (`${string}.${string}` & Record<never, never>);

/** `step.marker`, or the name of a boolean input. */
export type ConditionText<V extends Vocabulary> = MarkerText<V> | OtherText;

type Unit = "ms" | "s" | "m" | "h" | "d";

/** For example `90s`, `250ms`, `1h30m`. */
export type DurationText =
  | `${number}${Unit}`
  | `${number}${Unit}${number}${Unit}`
  | `${number}d${number}h${number}m`;

/**
 * Types only: the names a builder may use. With a vocabulary the compiler checks action names, workflow names and the
 * inputs of called workflows; without one every text is allowed and validation finds mistakes later.
 */

/**
 * `actions`: an object type with one member per registered action (a registry's own type will do). `workflows`: one
 * member per workflow, whose type has one member per input, optional where the input is: `{ review: { pr: string } }`.
 */
export interface Vocabulary {
  readonly actions?: object;
  readonly workflows?: object;
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

/** `step.marker`; steps known by name are offered by the editor, other steps (scripts, children's steps) are texts. */
export type MarkerText<V extends Vocabulary> = `${ActionName<V>}.${string}` | `${string}.${string}`;

/** `step.marker`, or the name of a boolean input. */
export type ConditionText<V extends Vocabulary> = MarkerText<V> | (string & Record<never, never>);

type Unit = "ms" | "s" | "m" | "h" | "d";

/** For example `90s`, `250ms`, `1h30m`. */
export type DurationText =
  | `${number}${Unit}`
  | `${number}${Unit}${number}${Unit}`
  | `${number}d${number}h${number}m`;

/**
 * The shape an agent's structured output must have, and the rules by which markers follow from it. Data only; how it is
 * written is `read-output-schema.ts`, how an output is held to it `check-output.ts`.
 */

export type OutputType =
  | { readonly kind: "string" }
  | { readonly kind: "number" }
  | { readonly kind: "boolean" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  /** Without `items` the elements may be anything. */
  | { readonly kind: "array"; readonly items?: OutputType }
  | { readonly kind: "object"; readonly fields: readonly OutputField[] };

export interface OutputField {
  readonly name: string;
  readonly isRequired: boolean;
  readonly type: OutputType;
  /** For the agent that fills it in. */
  readonly description?: string;
  readonly examples?: readonly string[];
}

export type Comparison = "<" | ">" | "==";

/** What a marker rule looks at: how long a field is (only elements that match, if so), or what it is. */
export type MarkerTest =
  | {
      readonly kind: "length";
      readonly field: string;
      readonly where?: { readonly member: string; readonly value: string };
      readonly comparison: Comparison;
      readonly value: number;
    }
  | {
      readonly kind: "value";
      readonly field: string;
      readonly comparison: Comparison;
      readonly value: string;
    };

export interface MarkerRule {
  readonly marker: string;
  readonly test: MarkerTest;
}

export interface OutputSchema {
  readonly name: string;
  readonly fields: readonly OutputField[];
  /** Absent: the rules for `approved` and `findings` hold. */
  readonly markers?: readonly MarkerRule[];
}

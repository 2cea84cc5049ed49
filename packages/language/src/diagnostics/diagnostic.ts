/**
 * A diagnostic: one thing found in a workflow, with its place in the source text, for people and for programs.
 * Does not know how it is shown (`format-diagnostics.ts`) or what the codes mean (`diagnostic-codes.ts`).
 */
import type { DiagnosticCode } from "./diagnostic-codes.js";

/** A place in source text. Lines and columns count from 1, columns in UTF-16 units; the end column is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface Diagnostic extends Position {
  readonly severity: "error" | "warning";
  /** Stable: programs may depend on it. */
  readonly code: DiagnosticCode;
  /** One sentence without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** As given to the parser. */
  readonly file?: string;
}

/** Offsets into the source text: `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a thing stands whose source text is not known, for example one made with the builder. */
export const unknownPosition: Position = { line: 1, column: 1, endLine: 1, endColumn: 1 };

/** By place, then errors first, then by code and message: the order never depends on how checks are arranged. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      a.line - b.line ||
      a.column - b.column ||
      compareTexts(a.severity, b.severity) ||
      compareTexts(a.code, b.code) ||
      compareTexts(a.message, b.message),
  );
}

/** Plain code unit order: the same on every machine, unlike order by locale. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

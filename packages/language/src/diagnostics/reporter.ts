/**
 * Collects what lexer and parser find, up to a number nobody reads beyond. Severity comes from the table of codes.
 * Decides nothing about recovery, except that reading may stop once it is full.
 */
import type { Diagnostic, Span } from "./diagnostic.js";
import { sortDiagnostics } from "./diagnostic.js";
import type { DiagnosticCode } from "./diagnostic-codes.js";
import { diagnosticCodes } from "./diagnostic-codes.js";
import { createLineIndex } from "./line-index.js";

/** Enough for every mistake of a day's work; more come from text that is no workflow at all. */
export const diagnosticsMax = 200;

export interface Finding {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly message: string;
  readonly hint?: string | undefined;
}

export interface Reporter {
  readonly report: (finding: Finding) => void;
  /** True once no further finding is kept: the reader stops. */
  readonly isFull: () => boolean;
  /** Keeps this finding as the last one: what it is about makes reading on pointless. */
  readonly reportLast: (finding: Finding) => void;
  readonly hasErrors: () => boolean;
  /** In the order of their places. */
  readonly diagnostics: () => Diagnostic[];
}

export function createReporter(source: string, file: string | undefined): Reporter {
  const found: Finding[] = [];
  const positionOf = createLineIndex(source);
  let errors = 0;
  let isFull = false;
  const toDiagnostic = ({ code, span, message, hint }: Finding): Diagnostic => ({
    severity: diagnosticCodes[code].severity,
    code,
    message,
    hint: hint ?? diagnosticCodes[code].remedy,
    ...(file === undefined ? {} : { file }),
    ...positionOf(span),
  });
  const report = (finding: Finding): void => {
    if (isFull) return;
    found.push(finding);
    if (diagnosticCodes[finding.code].severity === "error") errors += 1;
  };
  const reportLast = (finding: Finding): void => {
    report(finding);
    isFull = true;
  };
  return {
    report(finding) {
      if (found.length < diagnosticsMax) report(finding);
      else {
        reportLast({
          code: "too_many_errors",
          span: finding.span,
          message: `more than ${diagnosticsMax} findings; reading stopped here`,
          hint: "mend the first ones and look again",
        });
      }
    },
    reportLast,
    isFull: () => isFull,
    hasErrors: () => errors > 0,
    diagnostics: () => sortDiagnostics(found.map(toDiagnostic)),
  };
}

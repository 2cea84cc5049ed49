/** What a check of a definition finds, by node path; becomes a diagnostic where source positions are known. */
import type { DiagnosticCode } from "../diagnostics/diagnostic-codes.js";

export interface PathFinding {
  readonly code: DiagnosticCode;
  /** As in `Positions`: a node path, or a path with `:` and a part. */
  readonly path: string;
  readonly message: string;
  /** A function where finding the hint costs time: it is called only for findings that are kept. */
  readonly hint?: string | undefined | (() => string | undefined);
}

/** Takes one finding; checks go on after it. */
export type Find = (finding: PathFinding) => void;

/**
 * Diagnostics for people: message, place, the source line with a caret below it, hint. Without colour, one text for
 * terminals, logs and test output.
 */
import type { Diagnostic } from "./diagnostic.js";

/** Longer source lines are cut around the place: generated text may have no line ends at all. */
const lineWidthMax = 160;

/**
 * All diagnostics with a closing count, or an empty text when there are none. `source` is the text they were found in;
 * places outside of it are shown without a line.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], source: string): string {
  if (diagnostics.length === 0) return "";
  const lines = source.split("\n");
  const blocks = diagnostics.map((diagnostic) => formatOne(diagnostic, lines));
  return `${[...blocks, formatCounts(diagnostics)].join("\n\n")}\n`;
}

function formatOne(diagnostic: Diagnostic, lines: readonly string[]): string {
  const { severity, code, message, hint, file, line, column } = diagnostic;
  const gutter = " ".repeat(String(line).length);
  const out = [
    `${severity}[${code}]: ${message}`,
    `${gutter}--> ${file === undefined ? "" : `${file}:`}${line}:${column}`,
  ];
  const text = lines[line - 1]?.replace(/\r$/, "");
  if (text !== undefined && text.trim() !== "") {
    const { shown, caret } = excerpt(text, diagnostic);
    out.push(`${gutter} |`, `${line} | ${shown}`, `${gutter} | ${caret}`);
  }
  out.push(`${gutter} = hint: ${hint}`);
  return out.join("\n");
}

/** The line, cut to a readable width, and a caret line that keeps its tabs so that both stay aligned. */
function excerpt(
  text: string,
  { line, column, endLine, endColumn }: Diagnostic,
): { shown: string; caret: string } {
  const from = text.length <= lineWidthMax ? 0 : Math.max(0, column - 1 - Math.floor(lineWidthMax / 3));
  const cut = text.slice(from, from + lineWidthMax);
  const start = Math.min(Math.max(column - 1 - from, 0), cut.length);
  const end = endLine === line ? Math.min(endColumn - 1 - from, cut.length) : cut.length;
  const before = from > 0 ? "…" : "";
  const after = from + lineWidthMax < text.length ? "…" : "";
  const padding = before.replace("…", " ") + cut.slice(0, start).replace(/[^\t]/gu, " ");
  return { shown: `${before}${cut}${after}`, caret: padding + "^".repeat(Math.max(1, end - start)) };
}

function formatCounts(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  return [count(errors, "error"), count(warnings, "warning")].filter((text) => text !== "").join(", ");
}

function count(amount: number, noun: string): string {
  if (amount === 0) return "";
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

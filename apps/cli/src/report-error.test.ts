import { RunfleetError } from "@runfleet/model";
import pc from "picocolors";
import { expect, test } from "vitest";
import { reportError } from "./report-error.js";
import type { Terminal } from "./terminal.js";

function report(error: unknown): { readonly code: number; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const colours = pc.createColors(false);
  const terminal: Terminal = {
    print: () => {},
    printJson: () => {},
    write: () => {},
    note: (text) => lines.push(text),
    out: colours,
    err: colours,
    isInteractive: false,
    columns: () => 80,
    rows: () => 24,
  };
  const code = reportError(error, terminal, { place: "redis://h, namespace rf", isVerbose: false });
  return { code, lines };
}

test("an error says its code, what happened, where, and what to do", () => {
  expect(report(new RunfleetError("run_not_found", "no run has the id X"))).toEqual({
    code: 3,
    lines: [
      "error run_not_found: no run has the id X",
      "  where: redis://h, namespace rf",
      "  what to do: `runfleet list` shows the runs of this fleet; another fleet is chosen with --redis and --namespace",
    ],
  });
});

test("a defect shows where in the program it is", () => {
  const { code, lines } = report(new TypeError("x is undefined"));
  expect(code).toBe(1);
  expect(lines[0]).toBe("error internal: x is undefined");
  expect(lines.at(-1)).toContain("report-error.test");
});

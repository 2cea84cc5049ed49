/** Properties over generated programs: text and definition say the same. */
import { definitionSchema } from "@runfleet/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyDefinition } from "../../../test/support/language/any-definition.js";
import { formatDiagnostics, formatSource, parseWorkflow, printWorkflow } from "./index.js";

test("a definition survives being printed and parsed, byte by byte", () => {
  fc.assert(
    fc.property(anyDefinition, (original) => {
      const source = printWorkflow(original);
      const { definition: read, diagnostics } = parseWorkflow(source);
      expect(read, formatDiagnostics(diagnostics, source)).toEqual(original);
      expect(JSON.stringify(read)).toBe(JSON.stringify(original));
    }),
    { numRuns: 1_000 },
  );
});

test("what is parsed has the shape of a definition, and printing it twice gives the same text", () => {
  fc.assert(
    fc.property(anyDefinition, (original) => {
      const source = printWorkflow(original);
      const read = parseWorkflow(source).definition;
      expect(read).toEqual(definitionSchema.parse(read));
      expect(read === undefined ? "" : printWorkflow(read)).toBe(source);
    }),
    { numRuns: 300 },
  );
});

/** A comment after every line that may have one: text in strings that span lines is left alone. */
function commented(source: string): string {
  const lines = source.split("\n").slice(0, -1);
  return `${lines.map((line, index) => `${line} // note ${index}`).join("\n")}\n`;
}

test("formatting keeps the meaning and every comment, and formatting twice is formatting once", () => {
  fc.assert(
    fc.property(anyDefinition, fc.constantFrom("  ", "\n", " \n\n\n\t"), (original, space) => {
      const source = commented(printWorkflow(original)).replaceAll("\n", `\n${space}`);
      const once = formatSource(source);
      expect(formatSource(once)).toBe(once);
      expect(parseWorkflow(once).definition).toEqual(original);
      expect(once.match(/\/\/ note \d+$/gm)).toEqual(source.match(/\/\/ note \d+$/gm));
    }),
    { numRuns: 200 },
  );
});

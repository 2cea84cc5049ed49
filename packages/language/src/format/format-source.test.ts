/** The layout, and that formatting loses nothing. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatSource, parseWorkflow } from "../index.js";

const folder = new URL("../../samples/", import.meta.url);
const samples = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));

test("text is indented, spaced and aligned; line breaks and comments stay", () => {
  const source = `# head


workflow   w{
   meta { title="x" ;targets=[ "a" ,b ] }

  // about the script
call a   // why
      script s {

  run="make  all"
 timeout  = 5m
    env = {
    A="1"
    }
    retries=1 }
if a . b { call c }

}
`;
  expect(formatSource(source)).toBe(`# head

workflow w {
  meta { title = "x"; targets = ["a", b] }

  // about the script
  call a // why
  script s {
    run     = "make  all"
    timeout = 5m
    env = {
      A = "1"
    }
    retries = 1 }
  if a.b { call c }
}
`);
});

test("nothing becomes nothing, and a text spanning lines is left alone", () => {
  expect(formatSource("\n\n")).toBe("");
  const source = 'workflow w {\n  script s {\n    run = "a\n b\n"\n  }\n}\n';
  expect(formatSource(source)).toBe(source);
});

test("the samples are laid out as the formatter does it, up to alignment", () => {
  for (const source of samples) {
    expect(formatSource(source).replace(/ +/g, " ")).toBe(source.replace(/ +/g, " "));
  }
});

/** What must not change: everything but white space outside of strings and comments. */
function essence(source: string): string {
  return source.replace(/\s+/g, "");
}

test("formatting twice is formatting once, and no character but white space changes", () => {
  const pieces = fc.constantFrom(
    ..."{ } [ ] , = . ; # @ : - -- // \" ' ü".split(" "),
    ...[
      "a",
      "do",
      "12",
      "5m",
      '"x y"',
      "\n",
      "\n\n\n",
      "  ",
      "/* c */",
      "// c\n",
      "# c\n",
      "-- c\n",
      '"a\n b"',
    ],
  );
  const anyText = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
  const spoiled = fc.tuple(fc.constantFrom(...samples), fc.nat(), pieces).map(([source, at, piece]) => {
    const start = at % source.length;
    return source.slice(0, start) + piece + source.slice(start);
  });
  fc.assert(
    fc.property(fc.oneof(anyText, spoiled), (source) => {
      const once = formatSource(source);
      expect(formatSource(once)).toBe(once);
      expect(essence(once)).toBe(essence(source));
      expect(parseWorkflow(once).definition).toEqual(parseWorkflow(source).definition);
    }),
    { numRuns: 2_000 },
  );
});

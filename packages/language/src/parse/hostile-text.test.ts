/** No text makes the parser throw, hang or lose its way. More inputs with RUNFLEET_FUZZ_RUNS. */
import { definitionSchema, limits } from "@runfleet/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDiagnostics, parseWorkflow, printWorkflow, validateDefinition } from "../index.js";

const numRuns = Number(process.env["RUNFLEET_FUZZ_RUNS"] ?? 5_000);

const fragments = [
  ..."{}[]=,;.\"'#\n\\:",
  ..."workflow meta inputs call if unless while do parallel gate always script foreach sleep".split(" "),
  ..."required optional default description boolean max_iterations run for over retries on_fail type".split(
    " ",
  ),
  ...'a b.c 12 5m -- // /* */ "text" __proto__ constructor {{x}} ../x ä 😀 \u0000 \ud800'.split(" "),
  "workflow w {",
  "call a {",
];

function check(source: string): void {
  const { definition, diagnostics, positions } = parseWorkflow(source);
  const lines = source.split("\n");
  for (const { line, column, endLine, endColumn, message } of diagnostics) {
    expect(message).not.toBe("");
    expect(line).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
    expect(endLine > line || endColumn >= column).toBe(true);
  }
  formatDiagnostics(diagnostics, source);
  expect(definition === undefined).toBe(diagnostics.some(({ severity }) => severity === "error"));
  if (definition === undefined) return;
  expect(definitionSchema.parse(definition)).toEqual(definition);
  expect(parseWorkflow(printWorkflow(definition)).definition).toEqual(definition);
  validateDefinition(definition, { actions: new Set(["a"]), workflows: () => undefined, positions });
}

test("any text gives a definition or errors, with places inside the text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), check), { numRuns });
});

test("so does any text made of the language's own pieces", () => {
  const words = fc.array(fc.constantFrom(...fragments), { maxLength: 60 });
  fc.assert(
    fc.property(words, (parts) => check(parts.join(" "))),
    { numRuns },
  );
  fc.assert(
    fc.property(words, (parts) => check(`workflow w { ${parts.join(" ")} }`)),
    { numRuns },
  );
});

test("so does a good workflow with a piece cut out or put in", () => {
  const good = `workflow review {
  meta { title = "Review" targets = ["pr"] timeout = "2h" }
  inputs { pr required draft boolean base default = "main" }
  call plan { retries = 2 with = [a, b] on_fail = continue }
  unless draft { while plan.again { max_iterations = 3 call plan } }
  parallel checks { fail_fast = false call lint { if = "plan.ready" } call test }
  gate human_review { options = { yes = "Yes" } timeout = 24h }
  do { output = s call fix } while fix.more
  foreach each { over = json max_parallel = 2 workflow = w filter = { from = list } }
  always { script report { run = "echo \\"done\\"" env = { A = "{{pr}}" } } }
}`;
  const cut = fc.tuple(fc.nat(good.length), fc.nat(8), fc.constantFrom("", ...fragments));
  fc.assert(
    fc.property(cut, ([start, length, piece]) =>
      check(good.slice(0, start) + piece + good.slice(start + length)),
    ),
    { numRuns },
  );
});

/** Texts that are slow to read where something is looked at again and again. */
const repeated = [
  "a ",
  "{",
  "}",
  "[",
  '"',
  '"\\\n',
  "\\",
  "'",
  "„",
  "/*",
  "//",
  "\n",
  "a.",
  "a = ",
  "call a\n",
  "call { x = [",
  "do { ",
  "do {} while ",
  "if a.b { ",
  "1h",
  "x = { a = ",
  "inputs { a ",
  "meta { a = [",
  'call "a/../b"\n',
  "worklow ",
  ": ",
];

/** Processor time of this process since the call: what other processes do meanwhile does not count. */
function stopwatch(): () => number {
  const before = process.cpuUsage();
  return () => process.cpuUsage(before).user / 1_000;
}

test.each(repeated)("a quarter of a MiB of %j is read in linear time", (piece) => {
  const room = limits.definitionBytesMax / 4;
  const text = piece.repeat(Math.floor(room / new TextEncoder().encode(piece).length));
  for (const head of ["", "workflow w { "]) {
    const usedMs = stopwatch();
    parseWorkflow(head + text);
    // It is a seventh of a second on an idle machine; quadratic time would be many seconds.
    expect(usedMs()).toBeLessThan(3_000);
  }
});

test("a megabyte of findings is validated and shown in bounded time", () => {
  const steps = Array.from({ length: 8_000 }, (_, index) => `if s${index}.m { call unknown${index} }`);
  const source = `workflow w {\n${steps.join("\n")}\n}`;
  const { definition, positions } = parseWorkflow(source);
  if (definition === undefined) throw new Error("the source has no errors");
  const usedMs = stopwatch();
  const found = validateDefinition(definition, {
    actions: new Set(steps),
    workflows: () => undefined,
    positions,
  });
  formatDiagnostics(found, source);
  expect(found.length).toBeGreaterThan(100);
  expect(usedMs()).toBeLessThan(10_000);
});

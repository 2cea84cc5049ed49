/** Pictures of definitions: what each construct becomes, and that no definition breaks the formats. */
import type { Definition } from "@runfleet/model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyDefinition } from "../../../../test/support/language/any-definition.js";
import {
  buildGraph,
  formatDiagnostics,
  type Graph,
  type GraphMember,
  parseWorkflow,
  printDot,
  printMermaid,
} from "../index.js";

function parse(content: string): Definition {
  const source = `workflow w { ${content} }`;
  const { definition, diagnostics } = parseWorkflow(source);
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, source));
  return definition;
}

function drawn(content: string): Graph {
  return buildGraph(parse(content));
}

/** Groups as `kind(…)`, boxes as their first line. */
function shapeOf(members: readonly GraphMember[]): string {
  return members
    .map((member) =>
      member.type === "group" ? `${member.kind}(${shapeOf(member.members)})` : (member.lines[0] ?? ""),
    )
    .join(" ");
}

/** Arrows as `from > to`, by the boxes' first lines. */
function arrowsOf({ members, edges }: Graph): string[] {
  const names = new Map(boxesOf(members).map(({ id, lines }) => [id, lines[0]]));
  const signs = { next: ">", again: "again>", anyway: "anyway>" };
  return edges.map(({ from, to, label, kind }) =>
    [names.get(from), label, signs[kind], names.get(to)].filter((part) => part !== undefined).join(" "),
  );
}

function boxesOf(members: readonly GraphMember[]): Extract<GraphMember, { type: "node" }>[] {
  return members.flatMap((member) => (member.type === "group" ? boxesOf(member.members) : [member]));
}

test("steps are boxes one after the other, with what is special about them", () => {
  const graph = drawn(
    'call plan { retries = 2 timeout = 5m on_fail = rescue } script s { run = "make\\n\\tall" } call workflow c',
  );
  expect(arrowsOf(graph)).toEqual(["w > plan", "plan > s", "s > c", "c > end"]);
  expect(boxesOf(graph.members).map(({ kind, lines }) => [kind, ...lines])).toEqual([
    ["start", "w"],
    ["call", "plan", "2 retries, within 5m", "on failure: rescue"],
    ["script", "s", "$ make all"],
    ["child", "c", "workflow"],
    ["end", "end"],
  ]);
});

test("a condition parts the way and both parts meet again", () => {
  expect(arrowsOf(drawn("call a if a.ok { call b } call c"))).toEqual([
    "w > a",
    "a > a",
    "a yes > b",
    "b > c",
    "a no > c",
    "c > end",
  ]);
  expect(arrowsOf(drawn("inputs { f boolean } unless f { call b }"))).toContain("f? no > b");
});

test("a while is a group with its test in front, a do … while one with its test behind", () => {
  const head = drawn("while a.x { max_iterations = 3 call a } call b");
  expect(shapeOf(head.members)).toBe("w loop(a a) b end");
  expect(arrowsOf(head)).toEqual(["w > a", "a yes > a", "a again> a", "a no > b", "b > end"]);
  const foot = drawn("do { max_iterations = 3 on_max_iter = continue call b } while a.x");
  expect(shapeOf(foot.members)).toBe("w loop(repeat b a) end");
  expect(arrowsOf(foot)).toEqual(["w > repeat", "repeat > b", "b > a", "a yes again> repeat", "a no > end"]);
  expect(foot.members[1]).toMatchObject({ lines: ["do … while", "at most 3 rounds, then goes on"] });
  expect(boxesOf(foot.members).map(({ path }) => path)).toEqual([
    "start",
    "b.0.repeat",
    "b.0.0.0",
    "b.0.test",
    "end",
  ]);
});

test("branches of a parallel block part at a bar and are waited for at another", () => {
  const graph = drawn('call p parallel checks { min_success = 1 call a call b { if = "p.x" } }');
  expect(shapeOf(graph.members)).toBe("w p parallel(fork a b join) end");
  expect(arrowsOf(graph)).toEqual([
    "w > p",
    "p > fork",
    "fork > a",
    "fork if p.x > b",
    "a > join",
    "b > join",
    "join > end",
  ]);
  expect(graph.members[2]).toMatchObject({ lines: ["parallel checks", "1 of 2 must succeed"] });
});

test("gates, sleeps, items and blocks are told apart", () => {
  const graph = drawn(
    `gate go { type = signal timeout = 2h } sleep nap { for = 1h }
     foreach f { over = json max_parallel = 4 workflow = child filter = { from = x } }
     do { output = s call a } do { always { call b } }`,
  );
  expect(shapeOf(graph.members)).toBe("w go nap foreach(child) do(a) do(always(b)) end");
  expect(boxesOf(graph.members)[1]).toMatchObject({
    kind: "gate",
    lines: ["go", "gate: signal", "waits 2h"],
  });
});

test("what runs at the end in any case is a group that every way leads to", () => {
  const graph = drawn("call a always { call b }");
  expect(shapeOf(graph.members)).toBe("w a always(b) end");
  expect(arrowsOf(graph)).toEqual(["w > a", "a anyway> b", "b > end"]);
});

test("Mermaid and Graphviz text of a small workflow", () => {
  const graph = drawn('script s { run = "echo \\"<a>\\" & #1" } while s.x { max_iterations = 2 }');
  expect(printMermaid(graph).split("\n").slice(0, 11)).toEqual([
    "flowchart TD",
    '  step_start(["w"])',
    '  step_b_0[/"s<br/>$ echo #34;#60;a#62;#34; #38; #35;1"/]',
    '  subgraph group_step_b_1["while<br/>at most 2 rounds"]',
    '    step_b_1_test{"s<br/>x?"}',
    "  end",
    '  step_end(["end"])',
    "  step_start --> step_b_0",
    "  step_b_0 --> step_b_1_test",
    '  step_b_1_test -.->|"yes"| step_b_1_test',
    '  step_b_1_test -->|"no"| step_end',
  ]);
  const dot = printDot(graph);
  expect(dot).toContain('label="s\\n$ echo \\"<a>\\" &amp; #1"]');
  expect(dot).toContain('label="while\\lat most 2 rounds\\l" labeljust=l style="rounded,filled,dashed"');
  expect(dot).toContain('step_b_1_test -> step_b_1_test [style=dashed dir=back label="yes"]');
});

test("every definition can be drawn: one box per step, every arrow from box to box, everything reached", () => {
  fc.assert(
    fc.property(anyDefinition, (definition) => {
      const graph = buildGraph(definition);
      const ids = boxesOf(graph.members).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const reached = new Set(graph.edges.map(({ to }) => to));
      expect(ids.filter((id) => !reached.has(id))).toEqual(["step_start"]);
      expect(graph.edges.every(({ from }) => ids.includes(from))).toBe(true);
      const lines = printMermaid(graph).trimEnd().split("\n");
      expect(
        lines.every((line) => /^(flowchart TD$|\s+(step_|group_|subgraph |end$|class))/.test(line)),
      ).toBe(true);
      expect(printDot(graph).trimEnd().split("\n").at(-1)).toBe("}");
    }),
    { numRuns: 200 },
  );
});

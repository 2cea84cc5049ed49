/** A graph as Graphviz text. What lays it out and makes a picture of it is not part of this package. */
import type { Graph, GraphEdge, GraphGroupKind, GraphMember, GraphNodeKind } from "./graph.js";

const nodeStyles: Readonly<Record<GraphNodeKind, string>> = {
  start: 'shape=oval fillcolor="#e8eaed" color="#5f6368"',
  end: 'shape=oval fillcolor="#e8eaed" color="#5f6368"',
  call: 'shape=box style="rounded,filled" fillcolor="#e8f0fe" color="#1a73e8"',
  script: 'shape=note fillcolor="#f1f3f4" color="#5f6368"',
  child: 'shape=box peripheries=2 fillcolor="#f3e8fd" color="#8430ce"',
  gate: 'shape=hexagon fillcolor="#fef7e0" color="#f29900"',
  sleep: 'shape=ellipse fillcolor="#e4f7fb" color="#129eaf"',
  decision: 'shape=diamond fillcolor="#ffffff" color="#3c4043"',
  fork: 'shape=box label="" height=0.08 width=1.6 fixedsize=true fillcolor="#3c4043" color="#3c4043"',
  join: 'shape=box label="" height=0.08 width=1.6 fixedsize=true fillcolor="#3c4043" color="#3c4043"',
  repeat: 'shape=circle label="" width=0.16 fixedsize=true fillcolor="#3c4043" color="#3c4043"',
};

/** Bars and dots speak for themselves. */
const unlabelled: ReadonlySet<GraphNodeKind> = new Set(["fork", "join", "repeat"]);

const groupStyles: Readonly<Record<GraphGroupKind, string>> = {
  loop: 'style="rounded,filled,dashed" fillcolor="#fdfdfd" color="#3c4043"',
  parallel: 'style="rounded,filled" fillcolor="#f8fbff" color="#1a73e8"',
  foreach: 'style="rounded,filled,bold" penwidth=3 fillcolor="#fcf8ff" color="#8430ce"',
  do: 'style="rounded,filled" fillcolor="#fafafa" color="#bdc1c6"',
  always: 'style="rounded,filled,dotted" fillcolor="#f6fbf7" color="#188038"',
};

const edgeStyles: Readonly<Record<GraphEdge["kind"], string>> = {
  next: "",
  again: "style=dashed dir=back",
  anyway: "style=bold",
};

/** One width for all characters: boxes fit their text whichever such font the reader's machine has. */
const font = 'fontname="Courier" fontcolor="#202124"';

/** Ends with a line end. */
export function printDot({ name, members, edges }: Graph): string {
  const lines = [
    `digraph ${quote([name])} {`,
    `  graph [rankdir=TB compound=true nodesep=0.35 ranksep=0.4 ${font} fontsize=11]`,
    `  node [style=filled ${font} fontsize=11 margin="0.16,0.08"]`,
    `  edge [color="#5f6368" ${font} fontsize=10 arrowsize=0.7]`,
    ...members.flatMap((member) => memberLines(member, "  ")),
    ...edges.map(edgeLine),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function memberLines(member: GraphMember, indent: string): string[] {
  if (member.type === "node") {
    const label = unlabelled.has(member.kind) ? "" : ` label=${quote(member.lines)}`;
    return [`${indent}${member.id} [${nodeStyles[member.kind]}${label}]`];
  }
  return [
    `${indent}subgraph cluster_${member.id} {`,
    `${indent}  label=${quote(member.lines, "left")} labeljust=l ${groupStyles[member.kind]}`,
    ...member.members.flatMap((inner) => memberLines(inner, `${indent}  `)),
    `${indent}}`,
  ];
}

function edgeLine({ from, to, label, kind }: GraphEdge): string {
  // Layout goes from top to bottom, so an arrow back is one down that points the other way.
  const ends = kind === "again" ? `${to} -> ${from}` : `${from} -> ${to}`;
  const attributes = [edgeStyles[kind], label === undefined ? "" : `label=${quote([label])}`];
  return `  ${ends} [${attributes.filter((text) => text !== "").join(" ")}]`;
}

/** Lines as one quoted text, below each other. Graphviz reads entities, so `&` is one. */
function quote(lines: readonly string[], side: "middle" | "left" = "middle"): string {
  const end = side === "left" ? "\\l" : "\\n";
  const texts = lines.map((line) => line.replace(/[\\"]/g, "\\$&").replaceAll("&", "&amp;"));
  return side === "left" ? `"${texts.join(end)}${end}"` : `"${texts.join(end)}"`;
}

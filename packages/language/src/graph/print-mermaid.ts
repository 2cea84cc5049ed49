/** A graph as Mermaid text, in the syntax every version of its flowcharts reads. Needs nothing to be drawn by GitHub. */
import type { Graph, GraphEdge, GraphGroupKind, GraphMember, GraphNodeKind } from "./graph.js";

/** What stands around a box's text. */
const shapes: Readonly<Record<GraphNodeKind, readonly [string, string]>> = {
  start: ["([", "])"],
  end: ["([", "])"],
  call: ["[", "]"],
  script: ["[/", "/]"],
  child: ["[[", "]]"],
  gate: ["{{", "}}"],
  sleep: [">", "]"],
  decision: ["{", "}"],
  fork: ["((", "))"],
  join: ["((", "))"],
  repeat: ["((", "))"],
};

const nodeStyles: Readonly<Record<GraphNodeKind, string>> = {
  start: "fill:#e8eaed,stroke:#5f6368,color:#202124",
  end: "fill:#e8eaed,stroke:#5f6368,color:#202124",
  call: "fill:#e8f0fe,stroke:#1a73e8,color:#202124",
  script: "fill:#f1f3f4,stroke:#5f6368,color:#202124",
  child: "fill:#f3e8fd,stroke:#8430ce,color:#202124",
  gate: "fill:#fef7e0,stroke:#f29900,color:#202124",
  sleep: "fill:#e4f7fb,stroke:#129eaf,color:#202124",
  decision: "fill:#ffffff,stroke:#3c4043,color:#202124",
  fork: "fill:#3c4043,stroke:#3c4043,color:#ffffff",
  join: "fill:#3c4043,stroke:#3c4043,color:#ffffff",
  repeat: "fill:#ffffff,stroke:#3c4043,color:#202124",
};

const groupStyles: Readonly<Record<GraphGroupKind, string>> = {
  loop: "fill:#fdfdfd,stroke:#3c4043,stroke-dasharray:6 4,color:#202124",
  parallel: "fill:#f8fbff,stroke:#1a73e8,color:#202124",
  foreach: "fill:#fcf8ff,stroke:#8430ce,stroke-width:3px,color:#202124",
  do: "fill:#fafafa,stroke:#bdc1c6,color:#202124",
  always: "fill:#f6fbf7,stroke:#188038,stroke-dasharray:2 3,color:#202124",
};

const arrows: Readonly<Record<GraphEdge["kind"], string>> = { next: "-->", again: "-.->", anyway: "==>" };

/** Ends with a line end. */
export function printMermaid({ members, edges }: Graph): string {
  const kinds = new Map<string, string[]>();
  const lines = [
    "flowchart TD",
    ...members.flatMap((member) => memberLines(member, "  ", kinds)),
    ...edges.map(edgeLine),
    ...styleLines(kinds),
  ];
  return `${lines.join("\n")}\n`;
}

/** `kinds` collects the ids of each kind, for the styles at the end. */
function memberLines(member: GraphMember, indent: string, kinds: Map<string, string[]>): string[] {
  const { id, kind } = member;
  const key = `${member.type} ${kind}`;
  const ids = kinds.get(key) ?? [];
  ids.push(id);
  kinds.set(key, ids);
  if (member.type === "node") {
    const [open, close] = shapes[member.kind];
    return [`${indent}${id}${open}"${label(member)}"${close}`];
  }
  return [
    `${indent}subgraph ${id}["${label(member)}"]`,
    ...member.members.flatMap((inner) => memberLines(inner, `${indent}  `, kinds)),
    `${indent}end`,
  ];
}

function label({ lines }: GraphMember): string {
  return lines.map(escapeText).join("<br/>");
}

function edgeLine({ from, to, label, kind }: GraphEdge): string {
  const text = label === undefined ? "" : `|"${escapeText(label)}"|`;
  return `  ${from} ${arrows[kind]}${text} ${to}`;
}

function styleLines(kinds: ReadonlyMap<string, readonly string[]>): string[] {
  return [...kinds].flatMap(([key, ids]) => {
    const [type, kind] = key.split(" ");
    const style = type === "node" ? nodeStyles[kind as GraphNodeKind] : groupStyles[kind as GraphGroupKind];
    const name = `${type}-${kind}`;
    return [`  classDef ${name} ${style}`, `  class ${ids.join(",")} ${name}`];
  });
}

/** Mermaid's entities are decimal and begin with `#`. */
function escapeText(text: string): string {
  return text.replace(/[#&<>"`\\;]/g, (character) => `#${character.charCodeAt(0)};`);
}

/**
 * A definition as a graph: every step a box, every block that changes how often or when its steps run a group, arrows in
 * the order in which they can run. Draws definitions as they are, valid or not, as long as they are not nested deeper
 * than definitions may be.
 */
import type {
  Definition,
  ForeachNode,
  LoopNode,
  Node,
  NodeKind,
  ParallelNode,
  SequenceNode,
} from "@runfleet/model";
import { alwaysAddress, bodyAddress, childAddress } from "@runfleet/model";
import { bodyPath } from "../definition/body-path.js";
import { conditionText } from "../definition/condition.js";
import type { Graph, GraphEdge, GraphGroupKind, GraphMember, GraphNodeKind } from "./graph.js";
import {
  callLines,
  childLines,
  conditionLines,
  foreachLines,
  gateLines,
  labelLine,
  loopLines,
  parallelLines,
  scriptLines,
  sequenceLines,
} from "./graph-labels.js";

/** An arrow whose head is not known yet. */
interface OpenEdge {
  readonly from: string;
  readonly label?: string;
  readonly kind?: GraphEdge["kind"];
}

interface Drawing {
  readonly edges: GraphEdge[];
  /** Boxes and groups of the block that is drawn. */
  readonly members: GraphMember[];
}

/** Draws one node: leads the open arrows to it, and gives the arrows that leave it. */
type Draw<K extends NodeKind> = (
  drawing: Drawing,
  open: readonly OpenEdge[],
  node: Extract<Node, { kind: K }>,
  path: string,
) => readonly OpenEdge[];

const draws: { readonly [K in NodeKind]: Draw<K> } = {
  call: (drawing, open, node, path) => drawBox(drawing, open, { path, kind: "call", lines: callLines(node) }),
  script: (drawing, open, node, path) =>
    drawBox(drawing, open, { path, kind: "script", lines: scriptLines(node) }),
  child: (drawing, open, node, path) =>
    drawBox(drawing, open, { path, kind: "child", lines: childLines(node) }),
  gate: (drawing, open, node, path) => drawBox(drawing, open, { path, kind: "gate", lines: gateLines(node) }),
  sleep: (drawing, open, node, path) =>
    drawBox(drawing, open, {
      path,
      kind: "sleep",
      lines: [labelLine(node.name), labelLine(`sleeps ${node.for}`)],
    }),
  branch: (drawing, open, { condition, negate, body }, path) => {
    const decision = idOf(path);
    drawBox(drawing, open, { path, kind: "decision", lines: conditionLines(condition) });
    const inside = drawBody(
      drawing,
      [{ from: decision, label: negate ? "no" : "yes" }],
      body,
      bodyPath(path),
    );
    return [...inside, { from: decision, label: negate ? "yes" : "no" }];
  },
  loop: drawLoop,
  sequence: drawSequence,
  parallel: drawParallel,
  foreach: drawForeach,
};

/** Takes any definition; one nested deeper than the limit would take a stack as deep. */
export function buildGraph(definition: Definition): Graph {
  const drawing: Drawing = { edges: [], members: [] };
  const start = drawBox(drawing, [], { path: "start", kind: "start", lines: [labelLine(definition.name)] });
  const atEnd = drawBody(drawing, start, definition.body, bodyAddress);
  const afterAlways = drawAtEnd(drawing, atEnd, definition.always);
  drawBox(drawing, afterAlways, { path: "end", kind: "end", lines: ["end"] });
  return { name: definition.name, members: drawing.members, edges: drawing.edges };
}

function drawBody(
  drawing: Drawing,
  open: readonly OpenEdge[],
  nodes: readonly Node[],
  path: string,
): readonly OpenEdge[] {
  let edges = open;
  for (const [index, node] of nodes.entries()) {
    edges = (draws[node.kind] as Draw<NodeKind>)(drawing, edges, node, childAddress(path, index));
  }
  return edges;
}

function drawAtEnd(
  drawing: Drawing,
  open: readonly OpenEdge[],
  always: readonly Node[],
): readonly OpenEdge[] {
  if (always.length === 0) return open;
  const lines = ["always", "after success, failure and cancel"];
  return drawGroup(drawing, { path: "always", kind: "always", lines }, (inside) =>
    drawBody(
      inside,
      open.map((edge) => ({ ...edge, kind: "anyway" as const })),
      always,
      alwaysAddress,
    ),
  );
}

function drawLoop(
  drawing: Drawing,
  open: readonly OpenEdge[],
  node: LoopNode,
  path: string,
): readonly OpenEdge[] {
  const question = {
    path: `${path}.test`,
    kind: "decision",
    lines: conditionLines(node.condition),
  } as const;
  const test = idOf(question.path);
  return drawGroup(drawing, { path, kind: "loop", lines: loopLines(node) }, (inside) => {
    if (node.test === "before") {
      drawBox(inside, open, question);
      const round = drawBody(inside, [{ from: test, label: "yes" }], node.body, bodyPath(path));
      connect(
        inside,
        round.map((edge) => ({ ...edge, kind: "again" as const })),
        test,
      );
      return [{ from: test, label: "no" }];
    }
    const first = drawBox(inside, open, { path: `${path}.repeat`, kind: "repeat", lines: ["repeat"] });
    drawBox(inside, drawBody(inside, first, node.body, bodyPath(path)), question);
    connect(inside, [{ from: test, label: "yes", kind: "again" }], idOf(`${path}.repeat`));
    return [{ from: test, label: "no" }];
  });
}

function drawSequence(
  drawing: Drawing,
  open: readonly OpenEdge[],
  node: SequenceNode,
  path: string,
): readonly OpenEdge[] {
  if (node.body.length === 0) return open;
  return drawGroup(drawing, { path, kind: node.mode, lines: sequenceLines(node) }, (inside) =>
    drawBody(inside, open, node.body, path),
  );
}

function drawParallel(
  drawing: Drawing,
  open: readonly OpenEdge[],
  node: ParallelNode,
  path: string,
): readonly OpenEdge[] {
  return drawGroup(drawing, { path, kind: "parallel", lines: parallelLines(node) }, (inside) => {
    const fork = drawBox(inside, open, { path: `${path}.fork`, kind: "fork", lines: ["fork"] });
    const ends = node.branches.flatMap((branch, index) => {
      const label = branch.if === undefined ? {} : { label: labelLine(`if ${conditionText(branch.if)}`) };
      const into = fork.map((edge) => ({ ...edge, ...label }));
      return drawBox(inside, into, {
        path: childAddress(path, index),
        kind: "call",
        lines: callLines(branch),
      });
    });
    return drawBox(inside, ends, { path: `${path}.join`, kind: "join", lines: ["join"] });
  });
}

function drawForeach(
  drawing: Drawing,
  open: readonly OpenEdge[],
  node: ForeachNode,
  path: string,
): readonly OpenEdge[] {
  return drawGroup(drawing, { path, kind: "foreach", lines: foreachLines(node) }, (inside) =>
    drawBox(inside, open, {
      path: `${path}.item`,
      kind: "child",
      lines: [labelLine(node.workflow), "workflow, once an item"],
    }),
  );
}

function drawBox(
  drawing: Drawing,
  open: readonly OpenEdge[],
  { path, kind, lines }: { path: string; kind: GraphNodeKind; lines: readonly string[] },
): readonly OpenEdge[] {
  const id = idOf(path);
  drawing.members.push({ type: "node", id, path, kind, lines });
  connect(drawing, open, id);
  return [{ from: id }];
}

function drawGroup(
  drawing: Drawing,
  { path, kind, lines }: { path: string; kind: GraphGroupKind; lines: readonly string[] },
  draw: (inside: Drawing) => readonly OpenEdge[],
): readonly OpenEdge[] {
  const inside: Drawing = { edges: drawing.edges, members: [] };
  const open = draw(inside);
  const id = `group_${idOf(path)}`;
  drawing.members.push({ type: "group", id, path, kind, lines, members: inside.members });
  return open;
}

function connect({ edges }: Drawing, open: readonly OpenEdge[], to: string): void {
  for (const { from, label, kind = "next" } of open) {
    edges.push({ from, to, kind, ...(label === undefined ? {} : { label }) });
  }
}

/** Node paths with letters in front, because words such as `end` mean something in the formats. */
function idOf(path: string): string {
  return `step_${path.replaceAll(".", "_")}`;
}

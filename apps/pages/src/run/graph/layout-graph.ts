/**
 * Where everything of a graph lies, in pixels from the upper left corner. The library places boxes, groups and arrows; what
 * they say and how they look is not known here, only how large they are.
 */
import { Graph as Layout, layout } from "@dagrejs/dagre";
import type { Graph, GraphEdge, GraphGroup, GraphMember, GraphNode, GraphNodeKind } from "@runfleet/language";

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

export interface PlacedBox extends Area {
  readonly node: GraphNode;
}

export interface PlacedGroup extends Area {
  readonly group: GraphGroup;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  /** From its tail to its head, at least two. */
  readonly points: readonly Point[];
  /** Middle of its label. */
  readonly labelAt: Point | undefined;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  /** In the order of the text. */
  readonly boxes: readonly PlacedBox[];
  /** Outer ones first. */
  readonly groups: readonly PlacedGroup[];
  readonly edges: readonly PlacedEdge[];
}

/** `right` fills wide screens, `down` narrow ones. */
export type Direction = "right" | "down";

/** Characters of a box's name that are shown; the whole name is told otherwise. */
export const nameWidthMax = 26;
const characterPx = 7.6;
/** Holds `completed · attempt 2`. */
const stepWidthPx = 166;
/** What a group is higher than the library makes it, so that its name has room; again for each group inside it. */
const groupHeadPx = 12;
const marginPx = 8;

/** Boxes that only hold arrows together. */
const dots: ReadonlySet<GraphNodeKind> = new Set(["fork", "join", "repeat"]);

export function isDot({ kind }: GraphNode): boolean {
  return dots.has(kind);
}

function sizeOf(node: GraphNode): { width: number; height: number } {
  if (isDot(node)) return { width: 12, height: 12 };
  const width = (text: string): number => Math.min([...text].length, nameWidthMax) * characterPx;
  if (node.kind === "start" || node.kind === "end") {
    return { width: width(node.lines[0] ?? "") + 28, height: 30 };
  }
  return { width: Math.max(width(node.lines[0] ?? "") + 40, stepWidthPx), height: 46 };
}

/** Groups need room above them, which is beside a rank or between two. */
const spacing: Readonly<Record<Direction, object>> = {
  right: { rankdir: "LR", nodesep: 36, ranksep: 30 },
  down: { rankdir: "TB", nodesep: 26, ranksep: 40 },
};

export function layoutGraph(graph: Graph, direction: Direction): Placed {
  const sheet = new Layout({ compound: true, multigraph: true });
  sheet.setGraph({
    ...spacing[direction],
    // The simplest way to rank: others take seconds for hundreds of boxes.
    ...{ edgesep: 16, ranker: "tight-tree" },
  });
  sheet.setDefaultEdgeLabel(() => ({}));
  const { boxes, groups, inside } = membersOf(graph.members);
  for (const node of boxes) sheet.setNode(node.id, sizeOf(node));
  for (const { group } of groups) sheet.setNode(group.id, {});
  for (const [id, group] of inside) sheet.setParent(id, group);
  for (const [index, edge] of graph.edges.entries()) {
    const { tail, head } = forward(edge);
    sheet.setEdge(tail, head, labelSize(edge.label), String(index));
  }
  layout(sheet);
  return atOrigin({
    boxes: boxes.map((node) => ({ node, ...areaOf(sheet.node(node.id)) })),
    groups: groups.map(({ group, levels }) => ({
      group,
      ...withHead(areaOf(sheet.node(group.id)), levels * groupHeadPx),
    })),
    edges: graph.edges.map((edge, index) => {
      const { tail, head } = forward(edge);
      const { points, x, y } = sheet.edge(tail, head, String(index));
      return {
        edge,
        points: edge.kind === "again" ? points.toReversed() : points,
        labelAt: edge.label === undefined ? undefined : { x, y },
      };
    }),
  });
}

interface Nested {
  readonly group: GraphGroup;
  /** How many groups lie inside one another here, this one included. */
  readonly levels: number;
}

interface Members {
  readonly boxes: GraphNode[];
  readonly groups: Nested[];
  /** Member → the group around it. */
  readonly inside: Map<string, string>;
}

function membersOf(members: readonly GraphMember[]): Members {
  const found: Members = { boxes: [], groups: [], inside: new Map() };
  const add = (some: readonly GraphMember[]): void => {
    for (const member of some) {
      if (member.type === "node") {
        found.boxes.push(member);
        continue;
      }
      found.groups.push({ group: member, levels: levelsOf(member) });
      for (const { id } of member.members) found.inside.set(id, member.id);
      add(member.members);
    }
  };
  add(members);
  return found;
}

function levelsOf({ members }: GraphGroup): number {
  return 1 + Math.max(0, ...members.map((member) => (member.type === "group" ? levelsOf(member) : 0)));
}

/** An arrow back is one forward for the layout, so that the steps of a loop stand in their order. */
function forward({ from, to, kind }: GraphEdge): { readonly tail: string; readonly head: string } {
  return kind === "again" ? { tail: to, head: from } : { tail: from, head: to };
}

function labelSize(label: string | undefined): object {
  return label === undefined ? {} : { width: label.length * characterPx, height: 16, labelpos: "c" };
}

/** The library tells middles. */
function areaOf({ x, y, width, height }: Area): Area {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

function withHead({ x, y, width, height }: Area, head: number): Area {
  return { x, y: y - head, width, height: height + head };
}

/** Moved so that everything begins at the margin. */
function atOrigin({ boxes, groups, edges }: Pick<Placed, "boxes" | "groups" | "edges">): Placed {
  const areas = [...boxes, ...groups];
  const points = edges.flatMap((edge) => edge.points);
  const left = least([...areas, ...points].map(({ x }) => x)) - marginPx;
  const top = least([...areas, ...points].map(({ y }) => y)) - marginPx;
  const right = -least([...areas.map(({ x, width }) => -x - width), ...points.map(({ x }) => -x)]);
  const bottom = -least([...areas.map(({ y, height }) => -y - height), ...points.map(({ y }) => -y)]);
  const moved = <P extends Point>(point: P): P => ({ ...point, x: point.x - left, y: point.y - top });
  return {
    width: right - left + marginPx,
    height: bottom - top + marginPx,
    boxes: boxes.map(moved),
    groups: groups.map(moved),
    edges: edges.map((edge) => ({
      ...edge,
      points: edge.points.map(moved),
      labelAt: edge.labelAt === undefined ? undefined : moved(edge.labelAt),
    })),
  };
}

/** Of any number of values; never of none, since every graph has a start. */
function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value));
}

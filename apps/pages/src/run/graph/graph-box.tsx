/** One box of the graph: what it is, how it stands by sign, word and colour, and the way to its details. */
import type { GraphNode, GraphNodeKind } from "@runfleet/language";
import type { KeyboardEvent } from "react";
import { between, toneOf } from "../../words";
import type { BoxState } from "./graph-states";
import { isDot, nameWidthMax, type PlacedBox } from "./layout-graph";
import { StatusIcon } from "./status-icon";

/** Boxes that are steps, in words. */
const stepWords: Partial<Readonly<Record<GraphNodeKind, string>>> = {
  call: "call",
  script: "script",
  child: "workflow",
  gate: "gate",
  sleep: "sleep",
};

export function isStep({ kind }: GraphNode): boolean {
  return stepWords[kind] !== undefined;
}

/** Of a step: `select` opens its details, `move` goes to the step so many further, in the order of the text. */
interface BoxProps {
  readonly placed: PlacedBox;
  readonly state: BoxState;
  readonly now: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly select: () => void;
  readonly move: (by: number) => void;
}

export function GraphBox(props: BoxProps) {
  const { placed, state } = props;
  const { node, x, y, width, height } = placed;
  const tone = state.status === undefined ? "" : toneOf(state.status);
  if (isDot(node)) return <circle className="dot" cx={x + width / 2} cy={y + height / 2} r={width / 2} />;
  if (isStep(node)) return <StepBox {...props} />;
  if (node.kind === "decision") {
    const points = `${x},${y + height / 2} ${x + 12},${y} ${x + width - 12},${y} ${x + width},${y + height / 2} ${x + width - 12},${y + height} ${x + 12},${y + height}`;
    return (
      <g className="box decision">
        <polygon points={points} />
        <Lines x={x + 20} y={y} name={node.lines[0] ?? ""} below={decisionText(node, state)} />
      </g>
    );
  }
  return (
    <g className={`box ${tone}`}>
      <rect x={x} y={y} width={width} height={height} rx={height / 2} />
      <text x={x + width / 2} y={y + 20} textAnchor="middle">
        {short(node.lines[0] ?? "")}
      </text>
    </g>
  );
}

/** Keys that go from step to step. */
const moves: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

function StepBox({ placed, state, now, isSelected, isTabStop, select, move }: BoxProps) {
  const { node, x, y, width, height } = placed;
  const [name = ""] = node.lines;
  const below = stateText(node, state, now);
  const onKey = (event: KeyboardEvent): void => {
    const by = moves[event.key];
    if (by === undefined && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (by === undefined) select();
    else move(by);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: there are no buttons inside an SVG
    <g
      role="button"
      tabIndex={isTabStop ? 0 : -1}
      aria-label={`${short(name)} ${below}, ${state.status === undefined ? "not begun" : stepWords[node.kind]}`}
      aria-pressed={isSelected}
      data-box={node.id}
      className={`box step ${state.status === undefined ? "unbegun" : toneOf(state.status)}${isSelected ? " selected" : ""}`}
      onClick={select}
      onKeyDown={onKey}
    >
      <rect x={x} y={y} width={width} height={height} rx={6} />
      {node.kind === "child" ? <path className="edge" d={`M${x + width - 5} ${y}v${height}`} /> : null}
      {state.status === undefined ? null : <StatusIcon status={state.status} x={x + 9} y={y + 10} />}
      <Lines x={x + (state.status === undefined ? 12 : 27)} y={y} name={name} below={below} />
    </g>
  );
}

interface LinesProps {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly below: string;
}

/** One text with a space in it, as it is read aloud. */
function Lines({ x, y, name, below }: LinesProps) {
  return (
    <text>
      <tspan x={x} y={y + 20}>
        {short(name)}
      </tspan>{" "}
      <tspan x={x} y={y + 36} className="below">
        {short(below)}
      </tspan>
    </text>
  );
}

/** `completed · 2 s`, `running · ×3`; of what has not begun, what it is. Two facts have room. */
function stateText(node: GraphNode, { status, steps, rounds }: BoxState, now: number): string {
  const newest = steps.at(-1);
  if (status === undefined || newest === undefined) return stepWords[node.kind] ?? "";
  const isKept = newest.keptFrom !== null;
  const took = status === "skipped" || isKept ? "" : between(newest.startedAt, newest.endedAt, now);
  const times = [newest.attempt > 1 ? `attempt ${newest.attempt}` : "", rounds > 1 ? `×${rounds}` : "", took];
  const second = times.find((text) => text !== "");
  return [isKept ? "kept" : status.replace("_", " "), second]
    .filter((text) => text !== undefined)
    .join(" · ");
}

function decisionText({ lines }: GraphNode, { answer }: BoxState): string {
  return [lines[1], answer === undefined ? undefined : `→ ${answer}`]
    .filter((text) => text !== undefined)
    .join(" ");
}

function short(text: string): string {
  const characters = [...text];
  return characters.length > nameWidthMax ? `${characters.slice(0, nameWidthMax - 1).join("")}…` : text;
}

/** The graph as a picture one can walk through: boxes, groups and arrows where the layout has put them. */
import type { GraphGroup } from "@runfleet/language";
import { useEffect, useRef } from "react";
import { edgePath } from "./draw-edge";
import { GraphBox, isStep } from "./graph-box";
import type { GraphStates } from "./graph-states";
import type { Placed, PlacedGroup } from "./layout-graph";

interface DrawingProps {
  readonly placed: Placed;
  readonly states: GraphStates;
  readonly now: number;
  readonly scale: number;
  /** Id of the box whose details are shown. */
  readonly selected: string | undefined;
  readonly select: (id: string) => void;
}

export function GraphDrawing({ placed, states, now, scale, selected, select }: DrawingProps) {
  const frame = useRef<HTMLDivElement>(null);
  useStartingPlace(frame, placed, { states, scale });
  const steps = placed.boxes.filter(({ node }) => isStep(node));
  const tabStop = selected ?? steps[0]?.node.id;
  const move = (from: number, by: number): void => {
    const to = steps[Math.min(Math.max(from + by, 0), steps.length - 1)];
    if (to === undefined) return;
    frame.current?.querySelector<SVGGElement>(`[data-box="${to.node.id}"]`)?.focus();
  };
  return (
    <div className="scroll drawing" ref={frame}>
      <svg
        width={placed.width * scale}
        height={placed.height * scale}
        viewBox={`0 0 ${placed.width} ${placed.height}`}
      >
        <title>The steps of the workflow</title>
        <Arrowheads />
        {placed.groups.map((group) => (
          <Group key={group.group.id} placed={group} note={states.group(group.group)} />
        ))}
        {placed.edges.map(({ edge, points, labelAt }, index) => (
          <g key={index} className={`arrow ${edge.kind} ${states.isWalked(edge) ? "walked" : ""}`}>
            <path d={edgePath(points)} markerEnd={`url(#${states.isWalked(edge) ? "tip-walked" : "tip"})`} />
            {labelAt === undefined ? null : (
              <text x={labelAt.x} y={labelAt.y + 4} textAnchor="middle">
                {edge.label}
              </text>
            )}
          </g>
        ))}
        {placed.boxes.map((box) => (
          <GraphBox
            key={box.node.id}
            placed={box}
            state={states.box(box.node)}
            now={now}
            isSelected={box.node.id === selected}
            isTabStop={box.node.id === tabStop}
            select={() => select(box.node.id)}
            move={(by) => move(steps.indexOf(box), by)}
          />
        ))}
      </svg>
    </div>
  );
}

const active: ReadonlySet<string> = new Set(["running", "waiting", "failed", "timed_out"]);

/** Shows the first step that somebody wants to see, once for each layout; after that people scroll. */
function useStartingPlace(
  frame: React.RefObject<HTMLDivElement | null>,
  placed: Placed,
  { states, scale }: { readonly states: GraphStates; readonly scale: number },
): void {
  const shown = useRef<Placed>(undefined);
  useEffect(() => {
    if (frame.current === null || shown.current === placed) return;
    shown.current = placed;
    const box = placed.boxes.find(({ node }) => isStep(node) && active.has(states.box(node).status ?? ""));
    const { clientWidth, clientHeight } = frame.current;
    frame.current.scrollLeft = (box?.x ?? 0) * scale - clientWidth / 3;
    frame.current.scrollTop = (box?.y ?? 0) * scale - clientHeight / 3;
  }, [frame, placed, states, scale]);
}

function Arrowheads() {
  return (
    <defs>
      {["tip", "tip-walked"].map((id) => (
        <marker
          key={id}
          id={id}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path className={id} d="M0 0 8 4 0 8Z" />
        </marker>
      ))}
    </defs>
  );
}

/** Characters in a head line, by its width. */
const characterPx = 6.6;

function Group({ placed, note }: { readonly placed: PlacedGroup; readonly note: string | undefined }) {
  const { group, x, y, width, height } = placed;
  const text = headText(group, note);
  const room = Math.max(4, Math.floor((width - 12) / characterPx));
  return (
    <g className={`block ${group.kind}`}>
      <title>{[...group.lines, note ?? ""].join("\n").trim()}</title>
      <rect x={x} y={y} width={width} height={height} rx={8} />
      <text x={x + 8} y={y + 14}>
        {text.length > room ? `${text.slice(0, room - 1)}…` : text}
      </text>
    </g>
  );
}

function headText({ lines }: GraphGroup, note: string | undefined): string {
  const [name = "", more] = lines;
  const second = note ?? more;
  return second === undefined ? name : `${name} · ${second}`;
}

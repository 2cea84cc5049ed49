/** Arrows as SVG paths: straight lines with rounded corners. Pure. */
import type { Point } from "./layout-graph";

const cornerPx = 10;

export function edgePath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const last = rest.at(-1) ?? first;
  const corners = rest.slice(0, -1).map((corner, index) => {
    const before = towards(corner, points[index] ?? corner);
    const after = towards(corner, points[index + 2] ?? corner);
    return `L${text(before)}Q${text(corner)} ${text(after)}`;
  });
  return `M${text(first)}${corners.join("")}L${text(last)}`;
}

/** A point on the way from a corner, at most halfway. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(0.5, cornerPx / length);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function text({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

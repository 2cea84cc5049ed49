/** A status as a sign, so that it is told without its colour. Strokes on a field of 12 by 12. */
import type { StepStatus } from "@runfleet/model";

const strokes: Readonly<Record<StepStatus, string>> = {
  completed: "M2 6.5 4.8 9.3 10 3",
  failed: "M3 3 9 9M9 3 3 9",
  running: "M3.5 2.5 9.5 6 3.5 9.5Z",
  waiting: "M4 2.5V9.5M8 2.5V9.5",
  pending: "M2 6h.1M6 6h.1M10 6h.1",
  skipped: "M2 3 6 6 2 9M6 3 10 6 6 9",
  timed_out: "M6 1.5a4.5 4.5 0 1 0 .01 0M6 3.5v3l2 1",
  cancelled: "M6 1.5a4.5 4.5 0 1 0 .01 0M3 3 9 9",
};

export function StatusIcon({ status, x, y }: { readonly status: StepStatus; x: number; y: number }) {
  return <path className="sign" d={strokes[status]} transform={`translate(${x} ${y})`} />;
}

/** What a step did and waited for, as bars on the axis. For the eye: the same is told in words beside it. */
import { duration, toneOf } from "../../words";
import { placeOf, type TimeAxis } from "./time-axis";
import type { Segment, SegmentKind } from "./timeline-rows";

const words: Readonly<Record<SegmentKind, string>> = {
  work: "work",
  child: "child run",
  wait: "wait",
  backoff: "before the next attempt",
};

export function Bars({ segments, axis }: { readonly segments: readonly Segment[]; readonly axis: TimeAxis }) {
  const now = axis.now ?? axis.until;
  return (
    <span className="track" aria-hidden="true">
      {segments.map((segment) => {
        const { kind, status, from, until = now, isPlanned } = segment;
        const begin = placeOf(axis, isPlanned ? Math.max(from, now) : from);
        const tone = kind === "backoff" || isPlanned ? "calm" : toneOf(status);
        return (
          <span
            key={`${kind} ${from} ${isPlanned}`}
            className={`line of-${kind} ${tone}${isPlanned ? " planned" : ""}`}
            title={`${words[kind]}: ${duration(until - from)}`}
            style={{
              insetInlineStart: `${begin}%`,
              inlineSize: `max(3px, ${placeOf(axis, until) - begin}%)`,
            }}
          />
        );
      })}
      {axis.now === undefined ? null : (
        <span className="now" style={{ insetInlineStart: `${placeOf(axis, axis.now)}%` }} />
      )}
    </span>
  );
}

/** Percent from which on the text of a mark stands before it. */
const lateFrom = 85;

/** The marks above the bars: how long after the beginning. */
export function AxisMarks({ axis }: { readonly axis: TimeAxis }) {
  return (
    <span className="marks" aria-hidden="true">
      {axis.marksMs.map((ms) => {
        const place = placeOf(axis, axis.from + ms);
        const isLate = place > lateFrom;
        return (
          <span
            key={ms}
            className={isLate ? "late" : ""}
            style={isLate ? { insetInlineEnd: `${100 - place}%` } : { insetInlineStart: `${place}%` }}
          >
            {ms === 0 ? "0" : duration(ms)}
          </span>
        );
      })}
    </span>
  );
}

/** What the kinds of bars mean. */
export function BarLegend({ isOpen }: { readonly isOpen: boolean }) {
  return (
    <p className="kinds quiet" aria-hidden="true">
      {(["work", "child", "wait", "backoff"] as const).map((kind) => (
        <span key={kind}>
          <span className={`line of-${kind} calm`} /> {words[kind]}
        </span>
      ))}
      {isOpen ? (
        <span>
          <span className="now" /> now
        </span>
      ) : null}
    </p>
  );
}

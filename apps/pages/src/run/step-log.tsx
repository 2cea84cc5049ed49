/** What an attempt has said: its last lines, all of them on demand, new ones as they come. Nothing when it said nothing. */
import type { LogLineDocument } from "@runfleet/client";
import type { StepDocument } from "@runfleet/model";
import { useEffect, useRef, useState } from "react";
import { useLog } from "./use-log";

const linesAtOnce = 100;
/** Who has scrolled further up reads there and is not moved. */
const nearEndPx = 40;

export function StepLog({ run, step }: { readonly run: string; readonly step: StepDocument }) {
  const { address, attempt, name, endedAt } = step;
  const all = useLog(run, address, endedAt === null);
  const lines = all.filter((line) => line.attempt === attempt);
  const [isWhole, setWhole] = useState(false);
  const box = useRef<HTMLPreElement>(null);
  const end = lines.at(-1)?.id;
  useEffect(() => {
    const { current } = box;
    if (current === null || end === undefined) return;
    const isAtEnd = current.scrollHeight - current.scrollTop - current.clientHeight;
    if (isAtEnd < nearEndPx || current.scrollTop === 0) current.scrollTop = current.scrollHeight;
  }, [end]);
  if (lines.length === 0) return null;
  const shown = isWhole ? lines : lines.slice(-linesAtOnce);
  return (
    <section aria-label={`Log of ${name}`}>
      <span className="sure">
        <span className="quiet">Log</span>
        {lines.length <= linesAtOnce ? null : (
          <button type="button" className="plain" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? `Show the last ${linesAtOnce}` : `Show all ${lines.length} lines`}
          </button>
        )}
      </span>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className="log" ref={box} tabIndex={0}>
        {shown.map((line, index) => (
          <Line key={line.id} line={line} before={shown[index - 1]} />
        ))}
      </pre>
    </section>
  );
}

interface LineProps {
  readonly line: LogLineDocument;
  readonly before: LogLineDocument | undefined;
}

function Line({ line, before }: LineProps) {
  const { at, kind, text, generation } = line;
  const isTakenOver = before !== undefined && before.generation !== generation;
  return (
    <>
      {isTakenOver ? <span className="said left_out">begun again by another worker{"\n"}</span> : null}
      <span className={`said ${kind}`}>
        <time dateTime={at}>{new Date(at).toLocaleTimeString()}</time> {mark(kind)}
        <span>{text}</span>
        {"\n"}
      </span>
    </>
  );
}

/** Nothing is said by colour alone. */
function mark(kind: LogLineDocument["kind"]): string {
  if (kind === "stdout") return "";
  return kind === "left_out" ? "… " : `${kind}: `;
}

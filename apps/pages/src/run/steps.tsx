/** The steps of a run in the order they were opened, each with its bar on the time of the run, and its details on demand. */
import type { RunDocument, StepDocument } from "@runfleet/model";
import { useState } from "react";
import { Status } from "../parts/status";
import { useNow } from "../parts/time";
import { between, toneOf } from "../words";
import { ForkForm } from "./fork-form";
import { StepDetail } from "./step-detail";

/** Rows shown at once; more on demand. */
const shownAtOnce = 200;

export function Steps({ run }: { readonly run: RunDocument }) {
  const now = useNow(run.endedAt === null);
  const [open, setOpen] = useState<string>();
  const [shown, setShown] = useState(shownAtOnce);
  const from = Date.parse(run.startedAt ?? run.createdAt);
  const until = run.endedAt === null ? now : Date.parse(run.endedAt);
  const span = { from, ms: Math.max(1, until - from), now };
  if (run.steps.length === 0) return <p className="quiet">No step has begun.</p>;
  return (
    <section aria-label="Steps">
      <h2>Steps</h2>
      <div className="scroll">
        <table className="steps">
          <thead>
            <tr>
              <th>Step</th>
              <th>Status</th>
              <th className="number">Took</th>
              <th className="wide">Time</th>
            </tr>
          </thead>
          {run.steps.slice(0, shown).map((step) => {
            const key = `${step.address}#${step.attempt}`;
            return (
              <tbody key={key}>
                <StepRow
                  step={step}
                  span={span}
                  isOpen={open === key}
                  onToggle={() => setOpen(open === key ? undefined : key)}
                />
                {open === key ? (
                  <tr>
                    <td colSpan={4}>
                      <StepDetail step={step} />
                      <ForkForm run={run} from={step.address} />
                    </td>
                  </tr>
                ) : null}
              </tbody>
            );
          })}
        </table>
      </div>
      {run.steps.length > shown ? (
        <button type="button" onClick={() => setShown(shown + shownAtOnce)}>
          Show more of {run.steps.length}
        </button>
      ) : null}
    </section>
  );
}

interface Span {
  readonly from: number;
  readonly ms: number;
  readonly now: number;
}

function StepRow(props: {
  readonly step: StepDocument;
  readonly span: Span;
  readonly isOpen: boolean;
  onToggle(): void;
}) {
  const { step, span, isOpen, onToggle } = props;
  const depth = step.address.split(".").length - 2;
  return (
    <tr>
      <td>
        <button
          type="button"
          className="plain"
          aria-expanded={isOpen}
          style={{ paddingInlineStart: `${Math.max(0, depth)}rem` }}
          onClick={onToggle}
        >
          {step.name}
        </button>
        <span className="quiet">
          {" "}
          {step.kind}
          {step.attempt > 1 ? `, attempt ${step.attempt}` : ""}
          {step.iteration > 0 ? `, iteration ${step.iteration}` : ""}
        </span>
      </td>
      <td>
        <Status status={step.status} />
      </td>
      <td className="number">{between(step.startedAt, step.endedAt, span.now)}</td>
      <td className="wide">
        <Bar step={step} span={span} />
      </td>
    </tr>
  );
}

function Bar({ step, span }: { readonly step: StepDocument; readonly span: Span }) {
  if (step.startedAt === null) return null;
  const begin = (Date.parse(step.startedAt) - span.from) / span.ms;
  const end = ((step.endedAt === null ? span.now : Date.parse(step.endedAt)) - span.from) / span.ms;
  const percent = (share: number): string => `${Math.min(100, Math.max(0, share * 100))}%`;
  return (
    <span className="track" aria-hidden="true">
      <span
        className={`line ${toneOf(step.status)}`}
        style={{ insetInlineStart: percent(begin), inlineSize: `max(3px, ${percent(end - begin)})` }}
      />
    </span>
  );
}

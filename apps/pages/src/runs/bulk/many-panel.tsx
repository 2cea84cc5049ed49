/** Cancels or retries many runs: says how many before, how far it is meanwhile, and what became of them. */
import type { ManyDocument, RunFilter } from "@runfleet/client";
import { useState } from "react";
import type { ManyChange } from "../../api";
import { ProblemNote } from "../../parts/problem-note";
import { count } from "../../words";
import { skippedOf } from "./add-up";
import { type Many, useMany } from "./use-many";

interface ManyPanelProps {
  readonly filter: RunFilter;
  /** Which runs these are, in words: `3 selected runs`. */
  readonly whose: string;
  readonly changes: readonly ManyChange[];
}

const names: Readonly<Record<ManyChange, { readonly button: string; readonly past: string }>> = {
  cancel: { button: "Cancel", past: "cancelled" },
  retry: { button: "Retry", past: "retried" },
};

export function ManyPanel({ filter, whose, changes }: ManyPanelProps) {
  const { many, count: begin, perform, stop } = useMany(filter);
  if (many === undefined) {
    return (
      <span className="sure">
        {changes.map((change) => (
          <button key={change} type="button" onClick={() => void begin(change)}>
            {names[change].button} {whose}
          </button>
        ))}
      </span>
    );
  }
  return (
    <section className="card many" aria-label="Change of many runs">
      <Phase many={many} perform={perform} stop={stop} />
      {many.error === undefined ? null : <ProblemNote error={many.error} />}
    </section>
  );
}

interface PhaseProps {
  readonly many: Many;
  readonly perform: (reason: string) => Promise<void>;
  readonly stop: () => void;
}

function Phase({ many, perform, stop }: PhaseProps) {
  switch (many.phase) {
    case "counting":
      return (
        <p role="status">
          Counting: {count(many.counted?.matched ?? 0)} so far{" "}
          <button type="button" onClick={stop}>
            Stop
          </button>
        </p>
      );
    case "asking":
      return <Question many={many} perform={perform} stop={stop} />;
    case "changing":
      return (
        <p role="status">
          <progress
            aria-label="Progress"
            max={Math.max(1, many.counted?.matched ?? 1)}
            value={many.made?.matched ?? 0}
          />{" "}
          {toldText(many)}{" "}
          <button type="button" onClick={stop}>
            Stop
          </button>
        </p>
      );
    case "done":
      return (
        <>
          <p role="status">
            {many.isStopped ? "Stopped. " : ""}
            {toldText(many)}{" "}
            <button type="button" onClick={stop}>
              Close
            </button>
          </p>
          <Failures failures={many.made?.failures ?? []} />
        </>
      );
  }
}

function Question({ many, perform, stop }: PhaseProps) {
  const [reason, setReason] = useState("");
  const { matched = 0, sample = [] } = many.counted ?? {};
  const number = countedText(many.counted);
  const { button, past } = names[many.change];
  if (matched === 0) {
    return (
      <p role="status">
        No run can be {past}.{" "}
        <button type="button" onClick={stop}>
          Close
        </button>
      </p>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void perform(reason);
      }}
    >
      <p role="status">
        <strong>
          {number} {matched === 1 ? "run" : "runs"}
        </strong>{" "}
        will be {past}: {sample.map(({ label, id }) => label ?? id).join(", ")}
        {matched > sample.length ? " …" : ""}
      </p>
      {many.change === "cancel" ? (
        <label>
          Reason
          <input value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} />
        </label>
      ) : null}
      <span className="sure">
        <button type="submit" className="main">
          Yes, {button.toLowerCase()} {number}
        </button>
        <button type="button" onClick={stop}>
          No
        </button>
      </span>
    </form>
  );
}

function countedText(counted: ManyDocument | undefined): string {
  const { matched = 0, cursor = null } = counted ?? {};
  return `${cursor === null ? "" : "at least "}${count(matched)}`;
}

function toldText({ change, made, counted }: Many): string {
  if (made === undefined) return `0 of ${countedText(counted)}`;
  const skipped = skippedOf(made);
  return [
    `${count(made.changed)} of ${countedText(counted)} ${names[change].past}`,
    skipped === 0 ? "" : `${count(skipped)} had ended or changed meanwhile`,
    made.failed === 0 ? "" : `${count(made.failed)} failed`,
  ]
    .filter((text) => text !== "")
    .join(", ");
}

function Failures({ failures }: Pick<ManyDocument, "failures">) {
  if (failures.length === 0) return null;
  return (
    <ul>
      {failures.map(({ id, code, message }) => (
        <li key={id}>
          {id}: {code}: {message}
        </li>
      ))}
    </ul>
  );
}

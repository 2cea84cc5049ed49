/** Which runs a change of many is for: the selected ones, or all that the page's filter chooses, shown or not. */
import type { RunFilter } from "@runfleet/client";
import type { ManyChange } from "../../api";
import { ManyPanel } from "./many-panel";

/** Runs that one request may name. */
const pickedMax = 200;

/** What a status can be changed by; runs of no certain status by both. */
const changesOf: Readonly<Record<string, readonly ManyChange[]>> = {
  "": ["cancel", "retry"],
  pending: ["cancel"],
  running: ["cancel"],
  waiting: ["cancel"],
  failed: ["retry"],
};

interface ManyRunsProps {
  readonly picked: ReadonlySet<string>;
  readonly clear: () => void;
  readonly chosen: Chosen;
}

/** What the page shows; empty texts: all. */
interface Chosen {
  readonly status: string;
  readonly workflow: string;
  readonly labelPrefix: string;
}

export function ManyRuns({ picked, clear, chosen }: ManyRunsProps) {
  if (picked.size > 0) {
    const ids = [...picked].slice(0, pickedMax);
    const whose = picked.size > pickedMax ? `the first ${pickedMax} selected` : `${ids.length} selected`;
    return (
      <div className="actions">
        <ManyPanel key={ids.join()} filter={{ ids }} whose={whose} changes={changesOf[""] ?? []} />
        <button type="button" onClick={clear}>
          Clear the selection
        </button>
      </div>
    );
  }
  const { status, workflow, labelPrefix } = chosen;
  const changes = changesOf[status] ?? [];
  if (changes.length === 0) return null;
  const filter: RunFilter = {
    ...(status === "" ? {} : { status: status as NonNullable<RunFilter["status"]> }),
    ...(workflow === "" ? {} : { workflow }),
    ...(labelPrefix === "" ? {} : { labelPrefix }),
  };
  return (
    <details className="actions" key={JSON.stringify(chosen)}>
      <summary>Change all runs that match, shown or not</summary>
      <ManyPanel
        filter={Object.keys(filter).length === 0 ? { all: true } : filter}
        whose={matchText(chosen)}
        changes={changes}
      />
    </details>
  );
}

function matchText({ status, workflow, labelPrefix }: Chosen): string {
  return [
    ...["all", status, "runs", workflow === "" ? "" : `of ${workflow}`],
    labelPrefix === "" ? "" : `whose label begins with ${labelPrefix}`,
  ]
    .filter((word) => word !== "")
    .join(" ");
}

/** The whole result of a run as sentences that do not depend on who executed it and when. Pure. */
import type { RunDocument } from "@runfleet/model";

type Step = RunDocument["steps"][number];

export interface RunResult {
  /** Status, code and message of the error. */
  readonly end: string;
  /** One sentence per attempt of a step, in any order. */
  readonly steps: readonly string[];
}

export function resultOf({ status, error, steps }: RunDocument): RunResult {
  const end = [status, error?.code ?? "", withoutToken(error?.message ?? "")].join(" ").trim();
  return { end, steps: steps.map(sentence) };
}

/** Results are equal when these are. */
export function asText({ end, steps }: RunResult): string {
  return [end, ...[...steps].sort()].join("; ");
}

function sentence({ name, iteration, attempt, status, markers, context, error, progress }: Step): string {
  const said = context === null ? "" : `says ${JSON.stringify(context)}`;
  const marked = markers.filter((marker) => !/^t\d{10,}$/.test(marker)).map((marker) => `+${marker}`);
  const failed = error === null ? "" : `because ${withoutToken(error.message)}`;
  const items = progress === null ? "" : JSON.stringify(progress);
  return [`${name}.${iteration}#${attempt}`, status, ...marked, said, failed, items]
    .filter((part) => part !== "")
    .join(" ");
}

function withoutToken(text: string): string {
  return text.replaceAll(/\bt\d{10,}\b/g, "t…");
}

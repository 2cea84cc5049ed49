/** The items of a foreach as a bar and as words. Pure. */
import type { StepDocument } from "@runfleet/model";
import type { Colours } from "../terminal.js";

export type Progress = NonNullable<StepDocument["progress"]>;

export function doneItems({ completed, failed, skipped }: Progress): number {
  return completed + failed + skipped;
}

/** `██████░░░░░░ 12/24 items, 3 running, 1 failed` */
export function progressBar(progress: Progress, colours: Colours, width: number): string {
  const done = doneItems(progress);
  const filled = progress.total === 0 ? 0 : Math.round((done / progress.total) * width);
  const blocks = colours.cyan("█".repeat(filled)) + colours.dim("░".repeat(width - filled));
  const failed = progress.failed > 0 ? colours.red(`, ${progress.failed} failed`) : "";
  return `${blocks} ${done}/${progress.total} items, ${progress.running} running${failed}`;
}

/** `3 completed, 1 failed of 9 items` */
export function progressWords({ completed, failed, skipped, total }: Progress): string {
  const parts = [
    `${completed} completed`,
    failed > 0 ? `${failed} failed` : "",
    skipped > 0 ? `${skipped} skipped` : "",
  ];
  return `${parts.filter((part) => part !== "").join(", ")} of ${total} items`;
}

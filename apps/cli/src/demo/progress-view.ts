/**
 * Shows the demo run while it runs: steps with their state, the bar of the foreach, what each worker process does, and
 * lines of others that must not break the picture. In a terminal the block is drawn again in place; elsewhere a line is
 * printed when something changed.
 */
import type { FleetDocument, RunRow } from "@runfleet/client";
import type { RunDocument, StepDocument } from "@runfleet/model";
import { doneItems, progressBar } from "../render/progress-bar.js";
import { createScreen } from "../render/screen.js";
import { oneLine, statusSign } from "../render/words.js";
import type { Terminal } from "../terminal.js";
import { packageName } from "./package-name.js";

export interface Snapshot {
  readonly run: RunDocument;
  /** Child runs that a worker holds now. */
  readonly children: readonly RunRow[];
  readonly fleet: FleetDocument;
  /** True for a worker whose process has gone. */
  readonly isGone: (workerId: string) => boolean;
}

export interface ProgressView {
  show(snapshot: Snapshot): void;
  /** A line that stays, above the picture. */
  note(line: string): void;
  /** Leaves the last picture on the screen; what is printed next goes below it. */
  release(): void;
}

const barWidth = 28;
/** Items between two lines where nothing can be redrawn. */
const lineItems = 50;

export function createProgressView(terminal: Terminal): ProgressView {
  return terminal.isInteractive ? redrawnView(terminal) : lineView(terminal);
}

function redrawnView(terminal: Terminal): ProgressView {
  const screen = createScreen(terminal);
  let drawn: readonly string[] = [];
  return {
    show(snapshot) {
      const steps = snapshot.run.steps.map((step) => stepLine(step, terminal));
      drawn = [...steps, ...workerLines(snapshot, terminal)].slice(0, terminal.rows() - 1);
      screen.draw(drawn);
    },
    note(line) {
      screen.clear();
      terminal.note(line);
      if (drawn.length > 0) screen.draw(drawn);
    },
    release() {
      screen.release();
      drawn = [];
    },
  };
}

function lineView(terminal: Terminal): ProgressView {
  const printed = new Map<string, string>();
  return {
    show(snapshot) {
      for (const step of snapshot.run.steps) {
        const key = `${step.address}#${step.attempt}`;
        const state = `${step.status} ${Math.floor(doneOf(step) / lineItems)}`;
        if (printed.get(key) === state) continue;
        printed.set(key, state);
        terminal.print(stepLine(step, terminal));
        if (doneOf(step) > 0) for (const line of workerLines(snapshot, terminal)) terminal.print(line);
      }
    },
    note: terminal.note,
    release: () => {},
  };
}

function stepLine(step: StepDocument, terminal: Terminal): string {
  const colours = terminal.out;
  const attempt = step.attempt > 1 ? colours.dim(` attempt ${step.attempt}`) : "";
  const note = oneLine(step.error?.message ?? step.context ?? "", terminal.columns() - 28);
  const detail =
    step.progress === null || step.status === "completed"
      ? colours.dim(note)
      : progressBar(step.progress, colours, barWidth);
  return `  ${statusSign(step.status, colours)} ${step.name.padEnd(18)}${attempt} ${detail}`;
}

function doneOf({ progress }: StepDocument): number {
  return progress === null ? 0 : doneItems(progress);
}

function workerLines({ children, fleet, isGone }: Snapshot, terminal: Terminal): string[] {
  return fleet.workers.flatMap((worker) => {
    const packages = children.filter((child) => child.owner === worker.id).map(packageName);
    // A dead worker is of interest as long as something waits for its leases to end.
    if (isGone(worker.id) && packages.length === 0) return [];
    const state = isGone(worker.id) ? " is gone, held" : "";
    const text = `worker pid ${worker.pid}${state}: ${packages.length === 0 ? "–" : packages.join(", ")}`;
    const colour = isGone(worker.id) ? terminal.out.red : terminal.out.dim;
    return [colour(`    ${oneLine(text, terminal.columns() - 5)}`)];
  });
}

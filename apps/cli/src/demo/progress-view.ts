/**
 * Shows the demo run while it runs: steps with their state, the bar of the foreach, what each worker process does.
 * In a terminal the block is drawn again in place; elsewhere a line is printed when something changed.
 */
import type { FleetDocument, RunRow } from "@runfleet/client";
import type { RunDocument, StepDocument } from "@runfleet/model";
import { oneLine, statusSign } from "../render/words.js";
import type { Colours, Terminal } from "../terminal.js";

export interface Snapshot {
  readonly run: RunDocument;
  /** Child runs that a worker holds now. */
  readonly children: readonly RunRow[];
  readonly fleet: FleetDocument;
}

export interface ProgressView {
  show(snapshot: Snapshot): void;
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
  let drawnLines = 0;
  return {
    show(snapshot) {
      const steps = snapshot.run.steps.map((step) => stepLine(step, terminal));
      const lines = [...steps, ...workerLines(snapshot, terminal)];
      const back = drawnLines > 0 ? `\u001b[${drawnLines}A\u001b[0J` : "";
      terminal.write(`${back}${lines.join("\n")}\n`);
      drawnLines = lines.length;
    },
    release() {
      drawnLines = 0;
    },
  };
}

function lineView(terminal: Terminal): ProgressView {
  const printed = new Map<string, string>();
  return {
    show(snapshot) {
      for (const step of snapshot.run.steps) {
        const key = `${step.address}#${step.attempt}`;
        const state = `${step.status} ${Math.floor(doneItems(step) / lineItems)}`;
        if (printed.get(key) === state) continue;
        printed.set(key, state);
        terminal.print(stepLine(step, terminal));
        if (doneItems(step) > 0) for (const line of workerLines(snapshot, terminal)) terminal.print(line);
      }
    },
    release: () => {},
  };
}

function stepLine(step: StepDocument, terminal: Terminal): string {
  const colours = terminal.out;
  const attempt = step.attempt > 1 ? colours.dim(` attempt ${step.attempt}`) : "";
  const note = oneLine(step.error?.message ?? step.context ?? "", terminal.columns() - 28);
  const detail =
    step.progress === null || step.status === "completed" ? colours.dim(note) : bar(step.progress, colours);
  return `  ${statusSign(step.status, colours)} ${step.name.padEnd(18)}${attempt} ${detail}`;
}

function bar(progress: NonNullable<StepDocument["progress"]>, colours: Colours): string {
  const done = progress.completed + progress.failed + progress.skipped;
  const filled = progress.total === 0 ? 0 : Math.round((done / progress.total) * barWidth);
  const failed = progress.failed > 0 ? colours.red(`, ${progress.failed} failed`) : "";
  const blocks = colours.cyan("█".repeat(filled)) + colours.dim("░".repeat(barWidth - filled));
  return `${blocks} ${done}/${progress.total} items, ${progress.running} running${failed}`;
}

function doneItems({ progress }: StepDocument): number {
  return progress === null ? 0 : progress.completed + progress.failed + progress.skipped;
}

function workerLines({ children, fleet }: Snapshot, terminal: Terminal): string[] {
  return fleet.workers.map((worker) => {
    const packages = children.filter((child) => child.owner === worker.id).map(packageName);
    const text = `worker pid ${worker.pid}: ${packages.length === 0 ? "–" : packages.join(", ")}`;
    return terminal.out.dim(`    ${oneLine(text, terminal.columns() - 5)}`);
  });
}

function packageName(child: RunRow): string {
  const path = child.inputs["path"] ?? child.workflow;
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

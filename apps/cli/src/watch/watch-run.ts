/**
 * Follows a run until its end: on a terminal as a tree that redraws itself, elsewhere one line per event, of runs below it
 * too. Both say what the run waits for and what to do. Answers the run as it ended.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { FleetClient } from "@runfleet/client";
import { isEnded, type RunDocument } from "@runfleet/model";
import type { Cli } from "../cli.js";
import { eventLine } from "../render/event-line.js";
import { fitLines } from "../render/fit-lines.js";
import { renderRun, type TreeOptions } from "../render/run-tree.js";
import { createScreen } from "../render/screen.js";
import { typedProgram } from "../typed-command.js";
import { familyTree } from "./family-tree.js";
import { followFamily } from "./follow-family.js";
import { readFamily } from "./read-family.js";
import { tellWaits } from "./tell-waits.js";

/** Of the spinners and the times in the tree. */
const frameMs = 100;
const spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
/** Between two looks at the run and what is below it. */
const lookMs = 400;

export async function watchRun(cli: Cli, fleet: FleetClient, runId: string): Promise<RunDocument> {
  const { terminal } = cli;
  const run = terminal.isInteractive
    ? await watchAsTree(cli, fleet, runId)
    : await watchAsLines(cli, fleet, runId);
  terminal.print(renderRun(run, treeOptions(cli)));
  return run;
}

export function treeOptions({ terminal, env }: Cli): TreeOptions {
  return {
    colours: terminal.out,
    now: Date.now(),
    columns: terminal.columns(),
    program: typedProgram(env),
  };
}

async function watchAsLines(cli: Cli, fleet: FleetClient, runId: string): Promise<RunDocument> {
  const { terminal } = cli;
  return tellWaits(cli, fleet, {
    runId,
    until: async () => {
      await followFamily(fleet, runId, (event, of) => terminal.print(eventLine(event, terminal.out, of)));
      return fleet.result(runId);
    },
  });
}

/** Draws more often than it reads, so that the picture moves while nothing happens. */
async function watchAsTree(cli: Cli, fleet: FleetClient, runId: string): Promise<RunDocument> {
  const { terminal } = cli;
  let family = await readFamily(fleet, runId);
  const screen = createScreen(terminal);
  let drawing: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const begun = performance.now();
    const options = treeOptions(cli);
    const sign = spinner[Math.floor(options.now / frameMs) % spinner.length] ?? spinner[0];
    screen.draw(fitLines(familyTree(family, { ...options, spinner: sign }), terminal.rows() - 1));
    drawing = setTimeout(draw, restAfter(begun, frameMs));
  };
  draw();
  try {
    while (!isEnded(family.root.status)) {
      const begun = performance.now();
      family = await readFamily(fleet, runId);
      await pause(isEnded(family.root.status) ? 0 : restAfter(begun, lookMs));
    }
    screen.clear();
    return family.root;
  } finally {
    clearTimeout(drawing);
    screen.release();
  }
}

/** A run of thousands of steps takes long to read and to draw; watching it must not take a whole processor for that. */
function restAfter(begun: number, usualMs: number): number {
  return Math.max(usualMs, 4 * (performance.now() - begun));
}

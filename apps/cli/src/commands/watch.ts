/**
 * `runfleet watch`: a run while it happens, until its end. On a terminal a tree that redraws itself, elsewhere one
 * line per event.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { FleetClient } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { eventLine } from "../render/event-line.js";
import { renderRun } from "../render/run-tree.js";
import { createScreen } from "../render/screen.js";
import type { Terminal } from "../terminal.js";
import { withFleet } from "../with-fleet.js";

const frameMs = 150;
/** Elapsed times are drawn anew at least this often. */
const idleFrames = 7;

export function addWatch(program: Command, cli: Cli): void {
  program
    .command("watch <run>")
    .description("follow a run until it has ended; exit code 1 when it failed or was cancelled")
    .action((runId: string) => watch(cli, runId));
}

async function watch(cli: Cli, runId: string): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const run = await withFleet(cli, (fleet) => {
    if (isJson) return fleet.result(runId);
    return terminal.isInteractive
      ? watchAsTree(fleet, runId, terminal)
      : watchAsLines(fleet, runId, terminal);
  });
  if (isJson) terminal.printJson(run);
  if (run.status !== "completed") cli.setExitCode(1);
}

/** Prints every event, then the run as it ended. */
async function watchAsLines(fleet: FleetClient, runId: string, terminal: Terminal): Promise<RunDocument> {
  for await (const event of fleet.events(runId)) terminal.print(eventLine(event, terminal.out));
  const run = await fleet.result(runId);
  terminal.print(treeOf(run, terminal));
  return run;
}

/** Redraws the run when something happened, and now and then for the times in it. */
async function watchAsTree(fleet: FleetClient, runId: string, terminal: Terminal): Promise<RunDocument> {
  const screen = createScreen(terminal);
  let news = 1;
  let isOver = false;
  const following = (async () => {
    for await (const _ of fleet.events(runId)) news += 1;
  })().finally(() => {
    isOver = true;
  });
  // Awaited below, after the last frame; until then its failure only ends the drawing.
  following.catch(() => {});
  try {
    for (let frame = 0; !isOver; frame += 1) {
      if (news > 0 || frame % idleFrames === 0) {
        news = 0;
        screen.draw(treeOf(await fleet.get(runId), terminal));
      }
      await pause(frameMs);
    }
    await following;
    const run = await fleet.result(runId);
    screen.finish(treeOf(run, terminal));
    return run;
  } finally {
    screen.release();
  }
}

function treeOf(run: RunDocument, terminal: Terminal): string {
  return renderRun(run, { colours: terminal.out, now: Date.now(), columns: terminal.columns() });
}

/** `runfleet show`: one run with its steps and its children. */
import type { FleetClient } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { blockedBelow, familyLines } from "../render/family-lines.js";
import { renderRun, type TreeOptions } from "../render/run-tree.js";
import { treeOptions } from "../watch/watch-run.js";
import { withFleet } from "../with-fleet.js";

export function addShow(program: Command, cli: Cli): void {
  program
    .command("show <run>")
    .description("show a run: status, steps, what it waits for, its children")
    .action((runId: string) => show(cli, runId));
}

/** Children read for the view of a person; a program reads them page by page with `list --parent`. */
const childrenRead = 500;

async function show(cli: Cli, runId: string): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const { run, below } = await withFleet(cli, async (fleet) => {
    const shown = await fleet.get(runId);
    return { run: shown, below: isJson ? [] : await linesBelow(fleet, shown, treeOptions(cli)) };
  });
  if (isJson) terminal.printJson(run);
  else terminal.print([renderRun(run, treeOptions(cli)), ...below].join("\n"));
}

async function linesBelow(fleet: FleetClient, run: RunDocument, options: TreeOptions): Promise<string[]> {
  if (run.children.length === 0) return [];
  const [page, explanation] = await Promise.all([
    fleet.list({ parent: run.id, limit: childrenRead }),
    fleet.explain(run.id),
  ]);
  const family = { runId: run.id, children: page.runs, hasMore: page.cursor !== null };
  return [...blockedBelow(explanation), ...familyLines(family, options)];
}

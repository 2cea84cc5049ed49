/** `runfleet show`: one run with its steps. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { renderRun } from "../render/run-tree.js";
import { withFleet } from "../with-fleet.js";

export function addShow(program: Command, cli: Cli): void {
  program
    .command("show <run>")
    .description("show a run: status, steps, what it waits for")
    .action((runId: string) => show(cli, runId));
}

async function show(cli: Cli, runId: string): Promise<void> {
  const { terminal } = cli;
  const run = await withFleet(cli, (fleet) => fleet.get(runId));
  if (cli.globals().json === true) {
    terminal.printJson(run);
    return;
  }
  terminal.print(renderRun(run, { colours: terminal.out, now: Date.now(), columns: terminal.columns() }));
  if (run.children.length > 0)
    terminal.print(`  ${run.children.length} child runs: ${firstOf(run.children)}`);
}

function firstOf(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(" ");
  return ids.length > 5 ? `${shown} …` : shown;
}

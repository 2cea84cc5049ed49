/** `runfleet publish`: makes workflows known to the fleet by name; all of them or none. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { publishFiles } from "../publish-files.js";
import { renderTable } from "../render/table.js";
import { withFleet } from "../with-fleet.js";

export function addPublish(program: Command, cli: Cli): void {
  program
    .command("publish <path...>")
    .description("publish workflow files, and all .wf files of directories")
    .action((paths: readonly string[]) => publish(cli, paths));
}

async function publish(cli: Cli, paths: readonly string[]): Promise<void> {
  const workflows = await withFleet(cli, (fleet) => publishFiles(fleet, paths, cli.cwd));
  if (cli.globals().json === true) {
    cli.terminal.printJson({ workflows });
    return;
  }
  const rows = workflows.map(({ name, hash }) => [name, hash.slice(0, 12)]);
  cli.terminal.print(renderTable(["PUBLISHED", "VERSION"], rows, cli.terminal.out));
}

/** `runfleet doctor`: settings of the fleet's Redis that would lose or block work. Exit code 1 when there are any. */
import type { RedisFinding } from "@runfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { renderTable } from "../render/table.js";
import type { Colours } from "../terminal.js";
import { withFleet } from "../with-fleet.js";

export function addDoctor(program: Command, cli: Cli): void {
  program
    .command("doctor")
    .description("look for settings of Redis that would lose or block work")
    .action(() => examine(cli));
}

async function examine(cli: Cli): Promise<void> {
  const { terminal } = cli;
  const findings = await withFleet(cli, (fleet) => fleet.examineRedis());
  const isSound = findings.every(({ status }) => status !== "problem");
  if (!isSound) cli.setExitCode(1);
  if (cli.globals().json === true) {
    terminal.printJson({ sound: isSound, findings });
    return;
  }
  terminal.print(
    renderTable(["", "CHECK", "FOUND", "WHAT TO DO"], rows(findings, terminal.out), terminal.out),
  );
}

function rows(findings: readonly RedisFinding[], colours: Colours): string[][] {
  const signs = {
    ok: colours.green("✓"),
    unknown: colours.dim("?"),
    warning: colours.yellow("!"),
    problem: colours.red("✗"),
  } as const satisfies Record<RedisFinding["status"], string>;
  return findings.map(({ check, status, found, remedy = "" }) => [signs[status], check, found, remedy]);
}

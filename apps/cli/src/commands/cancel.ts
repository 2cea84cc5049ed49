/** `runfleet cancel`: asks a run, or many, and everything below to end. */
import type { Command } from "commander";
import { addManyOptions, changeMany, type ManyChoices, oneRun } from "../change-many.js";
import type { Cli } from "../cli.js";
import { withFleet } from "../with-fleet.js";

interface Options extends ManyChoices {
  readonly reason?: string;
}

export function addCancel(program: Command, cli: Cli): void {
  const command = program
    .command("cancel [run]")
    .description(
      "ask a run, or all that the options choose, and every run it started, to end; always blocks still run",
    )
    .option("--reason <text>", "why; it is recorded");
  addManyOptions(command, ["pending", "running", "waiting"]).action(
    (runId: string | undefined, options: Options) => cancel(cli, runId, options),
  );
}

async function cancel(cli: Cli, named: string | undefined, options: Options): Promise<void> {
  const words = options.reason === undefined ? {} : { reason: options.reason };
  const runId = oneRun(named, options);
  if (runId === undefined) {
    await withFleet(cli, (fleet) =>
      changeMany(cli, options, {
        past: "asked to cancel",
        change: (filter, shape) => fleet.cancelMany(filter, { ...shape, ...words }),
      }),
    );
    return;
  }
  await withFleet(cli, (fleet) => fleet.cancel(runId, words));
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, requested: "cancel" });
  else cli.terminal.print(`cancelling ${runId}`);
}

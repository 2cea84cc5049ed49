/** `runfleet signal`: sends a named signal to a run; one that nobody waits for yet is kept. */
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { parseJson } from "../parse-options.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly data?: string;
  readonly id?: string;
}

export function addSignal(program: Command, cli: Cli): void {
  program
    .command("signal <run> <name>")
    .description("send a signal to a run")
    .option("--data <json>", "a JSON value")
    .option("--id <dedupe>", "a second signal with this id is dropped")
    .action((runId: string, name: string, options: Options) => signal(cli, { ...options, runId, name }));
}

async function signal(
  cli: Cli,
  sent: Options & { readonly runId: string; readonly name: string },
): Promise<void> {
  const { runId, name, data, id } = sent;
  const value = data === undefined ? undefined : parseJson(data, "--data");
  await withFleet(cli, (fleet) =>
    fleet.signal(runId, name, {
      ...(value === undefined ? {} : { data: value }),
      ...(id === undefined ? {} : { dedupeId: id }),
    }),
  );
  if (cli.globals().json === true) cli.terminal.printJson({ id: runId, signal: name });
  else cli.terminal.print(`sent ${name} to ${runId}`);
}

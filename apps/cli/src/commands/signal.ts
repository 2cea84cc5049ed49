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
  const { terminal } = cli;
  const receipt = await withFleet(cli, (fleet) =>
    fleet.signal(runId, name, {
      ...(value === undefined ? {} : { data: value }),
      ...(id === undefined ? {} : { dedupeId: id }),
    }),
  );
  if (cli.globals().json === true) {
    terminal.printJson({ id: runId, signal: name, ...receipt });
    return;
  }
  const { received, isExpected, expected } = receipt;
  terminal.print(
    received === "new"
      ? `sent ${name} to ${runId}`
      : `${runId} had ${name} with this id before; this one was dropped`,
  );
  if (isExpected) return;
  const known =
    expected.length === 0
      ? "none of its gates waits for a signal"
      : `its gates wait for ${expected.join(", ")}`;
  terminal.note(`no gate of its workflow waits for signal ${name}: ${known}`);
}

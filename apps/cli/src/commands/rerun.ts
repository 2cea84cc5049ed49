/** `runfleet rerun` and `runfleet fork`: new runs made from an earlier one. */
import type { RerunOptions } from "@runfleet/client";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { collect, readInputs } from "../parse-options.js";
import { tellStarted, waitOption } from "../tell-started.js";
import { withTracedFleet } from "../with-fleet.js";

interface Options {
  readonly input?: readonly string[];
  readonly inputsFile?: string;
  readonly label?: string;
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
}

export function addRerun(program: Command, cli: Cli): void {
  withChanges(
    program
      .command("rerun <run>")
      .description("start a new run with the workflow version, inputs and options of an earlier one")
      .option("--latest", "use the version of the workflow that is published now"),
  ).action((runId: string, options: Options & { readonly latest?: boolean }) => rerun(cli, runId, options));
}

export function addFork(program: Command, cli: Cli): void {
  withChanges(
    program
      .command("fork <run>")
      .description("start a new run that keeps an ended run's results before a step, and goes on from there")
      .requiredOption(
        "--from <step>",
        "first step to execute: its address, or its name if it ran at one address only",
      ),
  ).action((runId: string, options: Options & { readonly from: string }) => fork(cli, runId, options));
}

function withChanges(command: Command): Command {
  return command
    .option(
      "-i, --input <name=value>",
      "an input that shall be another one, but no secret; may be given several times",
      collect,
    )
    .option("--inputs-file <file>", "such inputs as a JSON object, secrets too; --input wins over it")
    .option("--label <text>", "default: the label of the earlier run")
    .option("--idempotency-key <key>", "the same key and inputs give the same run")
    .option(...waitOption);
}

async function rerun(
  cli: Cli,
  runId: string,
  options: Options & { readonly latest?: boolean },
): Promise<void> {
  const changes = { ...(await readChanges(cli, options)), latest: options.latest === true };
  await withTracedFleet(cli, async (fleet) => {
    const run = await fleet.rerun(runId, changes);
    await tellStarted(cli, fleet, { run, wait: options.wait });
  });
}

async function fork(cli: Cli, runId: string, options: Options & { readonly from: string }): Promise<void> {
  const changes = { ...(await readChanges(cli, options)), from: options.from };
  await withTracedFleet(cli, async (fleet) => {
    const run = await fleet.fork(runId, changes);
    await tellStarted(cli, fleet, { run, wait: options.wait });
  });
}

async function readChanges(cli: Cli, options: Options): Promise<Omit<RerunOptions, "latest">> {
  const { label, idempotencyKey, input = [], inputsFile: file } = options;
  return {
    inputs: await readInputs({ pairs: input, file, cwd: cli.cwd }),
    ...(label === undefined ? {} : { label }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

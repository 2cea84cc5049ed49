/** `runfleet start`: starts a published workflow, or publishes a file with what it calls and starts it. */
import type { FleetClient, StartedRun, StartOptions } from "@runfleet/client";
import { RunfleetError } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { collect, duration, readInputs, wholeNumber } from "../parse-options.js";
import { startFromFile } from "../start-from-file.js";
import { tellStarted, waitOption } from "../tell-started.js";
import { withTracedFleet } from "../with-fleet.js";
import { looksLikeFile, readFilesBeside, readWorkflowFile } from "../workflow-files.js";

interface Options {
  readonly input?: readonly string[];
  readonly inputsFile?: string;
  readonly label?: string;
  readonly idempotencyKey?: string;
  readonly priority?: number;
  readonly delay?: number;
  readonly timeout?: number;
  readonly stepTimeout?: number;
  /** Commander's form of `--no-fail-fast`: true unless it is given. */
  readonly failFast: boolean;
  readonly model?: string;
  readonly identity?: string;
  readonly pluginDir?: readonly string[];
  readonly triggeredByHook?: boolean;
  readonly pool?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly many?: string;
}

export function addStart(program: Command, cli: Cli): void {
  program
    .command("start <workflow>")
    .description(
      "start a run of a published workflow, or of a .wf file (published first, with the workflows beside it)",
    )
    .option(
      "-i, --input <name=value>",
      "an input; may be given several times. Not for secrets: others see it in the list of processes",
      collect,
    )
    .option("--inputs-file <file>", "inputs as a JSON object, secrets too; --input wins over it")
    .option("--label <text>", "what people recognise the run by")
    .option("--idempotency-key <key>", "the same key, workflow and inputs give the same run")
    .option(
      "--priority <n>",
      "1 is first; without one a run goes before all that have one",
      wholeNumber("--priority", { min: 0, max: 2_097_151 }),
    )
    .option("--delay <duration>", "start later, for example 90s or 2h", duration("--delay"))
    .option("--timeout <duration>", "of the whole run; default: the workflow's own", duration("--timeout"))
    .option(
      "--step-timeout <duration>",
      "of each attempt of each step that has none of its own; default: 12h",
      duration("--step-timeout"),
    )
    .option("--no-fail-fast", "go on with the next step after a failed one; the run still fails at its end")
    .option("--model <name>", "model that actions are told to use")
    .option("--identity <name>", "who acts where a step has no `as`")
    .option("--plugin-dir <path>", "handed to every action; may be given several times", collect)
    .option("--triggered-by-hook", "a hook starts this run; actions are told so and start no hooks again")
    .option("--pool <name>", "worker pool that takes the run")
    .option("--dry-run", "actions are asked not to change anything")
    .option(
      "--many <file>",
      "start a run per line of this file: a JSON object with inputs, label, idempotencyKey, …; the options here are for all",
    )
    .option(...waitOption)
    .action((workflow: string, options: Options) => start(cli, workflow, options));
}

async function start(cli: Cli, workflow: string, options: Options): Promise<void> {
  const startOptions = await readStartOptions(cli, options);
  if (options.many !== undefined) {
    if (options.wait === true || options.idempotencyKey !== undefined) {
      throw new RunfleetError("invalid_usage", "--many goes with neither --wait nor --idempotency-key");
    }
    await startFromFile(cli, { workflow, file: options.many, options: startOptions });
    return;
  }
  await withTracedFleet(cli, async (fleet) => {
    const run = await startWorkflow(fleet, { workflow, cwd: cli.cwd, options: startOptions });
    await tellStarted(cli, fleet, { run, wait: options.wait });
  });
}

/** Starts what a person named: a file (with the workflows beside it), or a published workflow. */
async function startWorkflow(
  fleet: FleetClient,
  named: { readonly workflow: string; readonly cwd: string; readonly options: StartOptions },
): Promise<StartedRun> {
  const { workflow, cwd, options } = named;
  if (!looksLikeFile(workflow)) return fleet.start(workflow, options);
  const file = await readWorkflowFile(workflow, cwd);
  return fleet.startDefinition(file, { ...options, alongside: await readFilesBeside(file, cwd) });
}

async function readStartOptions(cli: Cli, options: Options): Promise<StartOptions> {
  const { label, idempotencyKey, priority, delay, pool, dryRun } = options;
  const inputs = await readInputs({ pairs: options.input ?? [], file: options.inputsFile, cwd: cli.cwd });
  return {
    inputs,
    ...(label === undefined ? {} : { label }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(priority === undefined ? {} : { priority }),
    ...(delay === undefined ? {} : { delayMs: delay }),
    ...(pool === undefined ? {} : { pool }),
    ...(dryRun === undefined ? {} : { dryRun }),
    ...stepDefaults(options),
  };
}

/** What every step of the run is given, or limited by, where it says nothing itself. */
function stepDefaults(options: Options): StartOptions {
  const { timeout, stepTimeout, failFast, model, identity, pluginDir, triggeredByHook } = options;
  return {
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(stepTimeout === undefined ? {} : { stepTimeoutMs: stepTimeout }),
    ...(failFast ? {} : { failFast }),
    ...(model === undefined ? {} : { model }),
    ...(identity === undefined ? {} : { identity }),
    ...(pluginDir === undefined ? {} : { pluginDirs: pluginDir }),
    ...(triggeredByHook === undefined ? {} : { triggeredByHook }),
  };
}

/** The command line: every command and the options that hold everywhere. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { Cli } from "./cli.js";
import { addApprove, addReject } from "./commands/answer.js";
import { addCancel } from "./commands/cancel.js";
import { addCheck } from "./commands/check.js";
import { addCompletion } from "./commands/completion.js";
import { addDemo } from "./commands/demo.js";
import { addDev } from "./commands/dev.js";
import { addDoctor } from "./commands/doctor.js";
import { addEvents } from "./commands/events.js";
import { addExplain } from "./commands/explain.js";
import { addFleet } from "./commands/fleet.js";
import { addFmt } from "./commands/fmt.js";
import { addGates } from "./commands/gates.js";
import { addGraph } from "./commands/graph.js";
import { addLimit } from "./commands/limit.js";
import { addList } from "./commands/list.js";
import { addLogs } from "./commands/logs.js";
import { addPublish } from "./commands/publish.js";
import { addFork, addRerun } from "./commands/rerun.js";
import { addRetry } from "./commands/retry.js";
import { addScaling } from "./commands/scaling.js";
import { addSchedule } from "./commands/schedule.js";
import { addServer } from "./commands/server.js";
import { addShow } from "./commands/show.js";
import { addSignal } from "./commands/signal.js";
import { addStart } from "./commands/start.js";
import { addTerminate } from "./commands/terminate.js";
import { addUsage } from "./commands/usage.js";
import { addValidate } from "./commands/validate.js";
import { addWatch } from "./commands/watch.js";
import { addWorker } from "./commands/worker.js";
import { addTypes } from "./commands/write-types.js";
import { addExamples } from "./examples.js";

type AddCommand = (program: Command, cli: Cli) => void;

/** In the order of the help. */
const groups: Readonly<Record<string, readonly AddCommand[]>> = {
  "A fleet:": [addDemo, addDev, addWorker, addServer, addFleet, addUsage, addDoctor],
  "Workflows:": [addPublish, addValidate, addCheck, addFmt, addGraph, addTypes],
  "Runs:": [addStart, addList, addShow, addWatch, addEvents, addLogs, addExplain],
  "Changing runs:": [addCancel, addTerminate, addRetry, addRerun, addFork, addSignal],
  "People:": [addGates, addApprove, addReject],
  "Rules:": [addSchedule, addLimit, addScaling],
  "The shell:": [addCompletion],
};

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

export function createProgram(cli: Cli): Command {
  const program = new Command("runfleet")
    .description("Runs workflows on a fleet of workers.")
    .version(version)
    .option(
      "--redis <url>",
      "the fleet's Redis, redis:// or rediss://; of a cluster redis-cluster://HOST:PORT,HOST:PORT; default: REDIS_URL, else the fleet that `runfleet dev` runs here",
    )
    .option("--namespace <name>", "keeps fleets on one Redis apart; default: rf")
    .option("--json", "one JSON document on standard output and nothing else")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\nA command says more: runfleet start --help")
    .showHelpAfterError("(--help shows what is possible)")
    .exitOverride();
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, cli);
  }
  addExamples(program);
  return program;
}

/** Exit code of what the command line parser ended with, undefined for any other error. It has said why already. */
export function usageExitCode(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? 0 : 2;
}

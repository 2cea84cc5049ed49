// The root scripts as a table: what each does once dependencies and build are there. The programs themselves live in
// apps/ and test/; nothing here knows workflows.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt } from "./build.mjs";
import { runNode } from "./child.mjs";
import { measureCoverage } from "./coverage.mjs";
import { createProject } from "./create.mjs";
import { ensureInstalled } from "./install.mjs";
import { withSetupLock } from "./lock.mjs";
import { endWithParent } from "./parent-watch.mjs";
import { root } from "./paths.mjs";
import { SetupError, say, since } from "./report.mjs";
import { runTests } from "./tests.mjs";
import { verify } from "./verify.mjs";

const vitest = "node_modules/vitest/vitest.mjs";
const simulationSeeds = "2000";

/** @type {Record<string, (args: string[]) => Promise<number>>} each gets the words after the task, returns the exit code */
const tasks = {
  setup: async () => 0,
  start,
  create: createProject,
  test: runTests,
  verify,
  coverage: measureCoverage,
  bench: async (args) => (await runNode("test/bench/run.mjs", args)).code,
  chaos,
  sim: simulate,
  mutants: async (args) => (await runNode("test/mutants/run.mjs", args)).code,
  chart: async (args) => (await runNode("test/kubernetes/run.mjs", args)).code,
  snapshot: async (args) => (await runNode("test/compatibility/write-snapshot.mjs", args)).code,
  "image-check": async (args) => (await runNode("test/image/run.mjs", args)).code,
  docs: async (args) => (await runNode("docs/site/run.mjs", args)).code,
};

/**
 * @param {string[]} args a task and what is passed on to it
 */
export async function main([name = "", ...args]) {
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (!task) {
    say(`Unknown task "${name}". There are: ${Object.keys(tasks).join(", ")}.`);
    process.exitCode = 2;
    return;
  }
  endWithParent();
  try {
    await prepare(name);
    process.exitCode = await task(args);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}

/** @param {string} name of the task */
async function prepare(name) {
  const startedAt = Date.now();
  await withSetupLock(async () => {
    await ensureInstalled();
    await ensureBuilt();
  });
  if (name === "setup") say(`Ready in ${since(startedAt)}. Next: npm start`);
}

/**
 * The command line program in this same process, so that signals and the exit code are its own.
 * @param {string[]} args
 */
async function start(args) {
  const program = join(root, "apps/cli/bin/runfleet.js");
  process.argv = [process.execPath, program, "demo", ...args];
  await import(pathToFileURL(program).href);
  return Number(process.exitCode ?? 0);
}

/**
 * The simulation suites with more seeds; `--seeds N` chooses how many, `--seed N` repeats one and prints its transcript.
 * @param {string[]} args
 */
async function simulate(args) {
  const seeds = takeNumber(args, "--seeds");
  const seed = takeNumber(seeds.rest, "--seed");
  const many = seeds.value ?? process.env["RUNFLEET_SIM_SEEDS"] ?? simulationSeeds;
  // One seed has no statistics and needs no control: only the suites that go through seeds are asked.
  const suites =
    seed.value === undefined
      ? ["test/simulation"]
      : ["test/simulation/fleet/steady", "test/simulation/fleet/hasty"];
  const { code } = await runNode(vitest, ["run", ...suites, ...seed.rest], {
    env: seed.value === undefined ? { RUNFLEET_SIM_SEEDS: many } : { RUNFLEET_SIM_SEED: seed.value },
  });
  return code;
}

/**
 * The long chaos run; `--minutes N` chooses how long, `--seed N` repeats one, `--negative` runs only the control that shows
 * that the judgement notices a fleet without fences, `--cancel` only the measurement of how long a cancel takes,
 * `--upgrade` only the workers of the previous build beside today's.
 * @param {string[]} args
 */
async function chaos(args) {
  const minutes = takeNumber(args, "--minutes");
  const seed = takeNumber(minutes.rest, "--seed");
  const alone = {
    "--negative": "test/chaos/negative-control.test.ts",
    "--cancel": "test/chaos/cancel-latency.test.ts",
    "--upgrade": "test/chaos/rolling-upgrade.test.ts",
  };
  const files = Object.entries(alone).flatMap(([word, file]) => (seed.rest.includes(word) ? [file] : []));
  const rest = seed.rest.filter((word) => !(word in alone));
  const { code } = await runNode(vitest, ["run", "--config", "vitest.chaos.config.ts", ...files, ...rest], {
    env: {
      ...(minutes.value === undefined ? {} : { RUNFLEET_CHAOS_MINUTES: minutes.value }),
      ...(seed.value === undefined ? {} : { RUNFLEET_CHAOS_SEED: seed.value }),
    },
  });
  return code;
}

/**
 * Takes one option with its value out of the words after the task.
 * @param {string[]} args
 * @param {string} option
 * @returns {{ value: string | undefined, rest: string[] }}
 */
function takeNumber(args, option) {
  const at = args.indexOf(option);
  if (at < 0) return { value: undefined, rest: args };
  const value = args[at + 1];
  if (!value || !/^[1-9]\d*$/.test(value)) throw new SetupError(`${option} needs a whole number above 0.`);
  return { value, rest: args.toSpliced(at, 2) };
}

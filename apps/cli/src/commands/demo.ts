/** The hidden `runfleet demo` behind `npm start`: a fleet, the licence audit on it, and (without --once) it stays up. */
import { createShutdown, readEnvironment, startTelemetry } from "@runfleet/service";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { demoFiles } from "../demo/demo-files.js";
import { createProgressView } from "../demo/progress-view.js";
import { runDemo } from "../demo/run-demo.js";
import { type DevFleet, startDevFleet } from "../dev/dev-fleet.js";
import { defaultPort, wantedPort } from "../dev/serve-fleet.js";
import { exitSoon } from "../exit-soon.js";
import { homeToUse } from "../home.js";
import { wholeNumber } from "../parse-options.js";
import type { Terminal } from "../terminal.js";
import { typedDemo } from "../typed-command.js";

interface Options {
  readonly once: boolean;
  readonly slow: boolean;
  readonly port?: number;
  readonly workers: number;
}

/** Time a person has to answer the gate before the demo does. */
const personMs = 30_000;
/** What `--slow` adds to each package: eight at a time, the 540 of this clone then last about a minute, enough to kill a worker in it. */
const slowSeconds = 0.8;
const stopGraceMs = 60_000;

export function addDemo(program: Command, cli: Cli): void {
  program
    .command("demo", { hidden: true })
    .description("audit the licences of this clone's installed packages on a fleet of worker processes")
    .option("--once", "answer the gate at once and end with the run: 0 completed, 1 otherwise", false)
    .option("--slow", "take a minute for the packages: time to kill a worker and watch what happens", false)
    .option(
      "--port <port>",
      `of the server on 127.0.0.1; 0 = any free one; default: ${defaultPort}, or any free one when that is taken`,
      wholeNumber("--port", { min: 0, max: 65_535 }),
    )
    .option("--workers <n>", "worker processes", wholeNumber("--workers", { min: 1, max: 16 }), 2)
    .action((options: Options) => demo(cli, options));
}

async function demo(cli: Cli, options: Options): Promise<void> {
  const { terminal } = cli;
  let fleet: DevFleet | undefined;
  const abort = new AbortController();
  const shutdown = createShutdown({
    graceMs: stopGraceMs,
    log: terminal.note,
    kill: () => {
      fleet?.kill();
      process.exit(130);
    },
  });
  const view = createProgressView(terminal);
  const telemetry = await startTelemetry({ serviceName: "runfleet-dev", log: view.note });
  shutdown.add("telemetry", () => telemetry.stop());
  const starting = startDemoFleet(cli, options, view.note);
  shutdown.add("fleet", () => starting.then((started) => started.stop()).catch(() => {}));
  void shutdown.stopping.then((reason) => abort.abort(reason));
  try {
    fleet = await starting;
    announce(terminal, { fleet, isSlow: options.slow });
    const ended = await runDemo({
      fleet,
      answerAfterMs: options.once ? 0 : personMs,
      pauseSeconds: options.slow ? slowSeconds : 0,
      terminal,
      view,
      signal: abort.signal,
    });
    if (options.once) {
      cli.setExitCode(ended.status === "completed" ? 0 : 1);
    } else {
      terminal.print(
        "\nThe fleet stays up. Try in a second terminal: npx runfleet list, npx runfleet fleet. Ctrl-C stops it.",
      );
      await shutdown.stopping;
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    // Ctrl-C during the run: the run stays in the store and goes on at the next start.
    cli.setExitCode(options.once ? 1 : 0);
  } finally {
    await shutdown.stop("the demo has ended");
    shutdown.release();
    exitSoon();
  }
}

function announce(terminal: Terminal, started: { readonly fleet: DevFleet; readonly isSlow: boolean }): void {
  const { fleet, isSlow } = started;
  const pids = fleet.workerPids();
  terminal.print(
    `fleet: workers ${pids.map((pid) => `pid ${pid}`).join(", ")}, server ${fleet.serverUrl ?? "none"}`,
  );
  if (isSlow) {
    terminal.print(`While packages are checked, kill a worker from a second terminal: kill -9 ${pids[0]}`);
  }
}

function startDemoFleet(cli: Cli, options: Options, log: (line: string) => void): Promise<DevFleet> {
  const environment = readEnvironment(cli.env);
  const globals = cli.globals();
  const redisUrl = globals.redis ?? environment.redisUrl;
  return startDevFleet({
    home: homeToUse(cli),
    workers: options.workers,
    concurrency: 32,
    port: wantedPort(options.port),
    typed: typedDemo(cli.env),
    configPath: demoFiles().config,
    namespace: globals.namespace ?? environment.namespace,
    log,
    cwd: cli.cwd,
    env: cli.env,
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
}

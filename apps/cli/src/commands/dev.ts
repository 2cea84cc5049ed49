/** `runfleet dev`: a fleet for this project until Ctrl-C; a second Ctrl-C ends it at once. */
import { createShutdown, readEnvironment, startTelemetry } from "@runfleet/service";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { type DevFleet, startDevFleet } from "../dev/dev-fleet.js";
import { defaultPort, wantedPort } from "../dev/serve-fleet.js";
import { exitSoon } from "../exit-soon.js";
import { withoutSecrets } from "../find-fleet.js";
import { homeToUse, logsFolder } from "../home.js";
import { wholeNumber } from "../parse-options.js";
import { typedProgram } from "../typed-command.js";

interface Options {
  readonly port?: number;
  readonly workers: number;
  readonly concurrency: number;
  readonly config?: string;
}

/** More processes than this on one machine are a mistake. */
const workersMax = 64;
export const concurrencyMax = 1_000;
/** Longer than the fleet's own limits: they say what did not stop. */
const stopGraceMs = 60_000;

export function addDev(program: Command, cli: Cli): void {
  program
    .command("dev")
    .description("run a fleet for this project: Redis (unless one is named), workers, server")
    .option(
      "--port <port>",
      `of the server on 127.0.0.1; 0 = any free one; default: ${defaultPort}, or any free one when that is taken`,
      wholeNumber("--port", { min: 0, max: 65_535 }),
    )
    .option(
      "--workers <n>",
      "worker processes; 0 = only Redis and server",
      wholeNumber("--workers", { min: 0, max: workersMax }),
      2,
    )
    .option(
      "--concurrency <n>",
      "runs one worker executes at once",
      wholeNumber("--concurrency", { min: 1, max: concurrencyMax }),
      32,
    )
    .option("--config <file>", "configuration of the workers; default: the nearest runfleet.config.ts")
    .action((options: Options) => dev(cli, options));
}

async function dev(cli: Cli, options: Options): Promise<void> {
  const { terminal } = cli;
  const globals = cli.globals();
  const environment = readEnvironment(cli.env);
  const redisUrl = globals.redis ?? environment.redisUrl;
  let fleet: DevFleet | undefined;
  const shutdown = createShutdown({
    graceMs: stopGraceMs,
    log: terminal.note,
    kill: () => {
      fleet?.kill();
      process.exit(130);
    },
  });
  // Of this process: the client and the server. Each worker has its own.
  const telemetry = await startTelemetry({ serviceName: "runfleet-dev", log: terminal.note });
  shutdown.add("telemetry", () => telemetry.stop());
  const starting = startDevFleet({
    home: homeToUse(cli),
    workers: options.workers,
    concurrency: options.concurrency,
    port: wantedPort(options.port),
    typed: `${typedProgram(cli.env)} dev`,
    namespace: globals.namespace ?? environment.namespace,
    log: terminal.note,
    cwd: cli.cwd,
    env: cli.env,
    scaling: environment.scaling,
    ...(options.config === undefined ? {} : { configPath: options.config }),
    ...(redisUrl === undefined ? {} : { redisUrl }),
  });
  // Registered before it is up: a Ctrl-C during the start waits for it and then stops it.
  shutdown.add("fleet", () => starting.then((started) => started.stop()).catch(() => {}));
  try {
    fleet = await starting;
    announce(cli, fleet);
    const reason = await shutdown.stopping;
    terminal.note(`${reason}: stopping`);
    await shutdown.stop(reason);
  } finally {
    shutdown.release();
    exitSoon();
  }
}

function announce({ terminal, globals, env }: Cli, fleet: DevFleet): void {
  const { redisUrl, namespace, home, serverUrl, published } = fleet;
  const workerPids = fleet.workerPids();
  if (globals().json === true) {
    terminal.printJson({ redisUrl, namespace, home, serverUrl: serverUrl ?? null, workerPids, published });
    return;
  }
  const { bold, dim } = terminal.out;
  const program = typedProgram(env);
  terminal.print(bold("Runfleet is running"));
  terminal.print(`  server     ${serverUrl ?? "none"}`);
  terminal.print(`  Redis      ${withoutSecrets(redisUrl)}, namespace ${namespace}`);
  terminal.print(
    `  workers    ${workerPids.length === 0 ? "none" : workerPids.map((pid) => `pid ${pid}`).join(", ")}`,
  );
  terminal.print(`  logs       ${logsFolder(home)}`);
  if (published.length > 0) terminal.print(`  workflows  ${published.join(", ")}`);
  terminal.print(
    dim(`  Ctrl-C stops everything. In another terminal: ${program} start FILE.wf, ${program} list`),
  );
}

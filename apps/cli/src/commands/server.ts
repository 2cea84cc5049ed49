/** `runfleet server`: the HTTP API and the pages, until it is asked to stop. Its log goes to standard output as JSON. */
import { createClient, type FleetClient } from "@runfleet/client";
import { createRecorder } from "@runfleet/metrics";
import { isRunfleetError } from "@runfleet/model";
import { createLog, createShutdown, readEnvironment, readLogLevels, startTelemetry } from "@runfleet/service";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { defaultPort } from "../dev/serve-fleet.js";
import { exitSoon } from "../exit-soon.js";
import { findFleet } from "../find-fleet.js";
import { wholeNumber } from "../parse-options.js";

interface Options {
  readonly host: string;
  readonly port: number;
  readonly grpcPort?: number;
  readonly openMetrics?: boolean;
}

export function addServer(program: Command, cli: Cli): void {
  program
    .command("server")
    .description("run the HTTP API and the pages")
    .option("--host <address>", "to listen on; others than loopback need RUNFLEET_API_TOKENS", "127.0.0.1")
    .option("--port <port>", "0 = any free one", wholeNumber("--port", { min: 0, max: 65_535 }), defaultPort)
    .option(
      "--grpc-port <port>",
      "of the scaler for KEDA's external trigger; 0 = any free one; default: none",
      wholeNumber("--grpc-port", { min: 0, max: 65_535 }),
    )
    .option("--open-metrics", "/metrics needs no token, although there are tokens")
    .action((options: Options) => runServer(cli, options));
}

async function runServer(cli: Cli, { host, port, grpcPort, openMetrics = false }: Options): Promise<void> {
  // Every other command starts sooner without it.
  const { parseTokens, startServer } = await import("@runfleet/server");
  const environment = readEnvironment(cli.env);
  const tokens = parseTokens(environment.apiTokens);
  const address = await findFleet(cli.globals(), cli);
  const logs = await createLog({
    name: "server",
    levels: readLogLevels({ environment: environment.logLevels }),
  });
  const log = logs("process");
  const shutdown = createShutdown({ graceMs: environment.graceMs, log: (line) => log.warn(line) });
  const recorder = createRecorder("server", address.namespace);
  const telemetry = await startTelemetry({
    ...{ serviceName: "runfleet-server", recorder },
    log: (line) => log.warn(line),
  });
  shutdown.add("telemetry", () => telemetry.stop());
  try {
    const { redisUrl: redis, namespace } = address;
    const fleet = createClient({ redis, namespace, actor: "server", log: (line) => log.warn(line) });
    shutdown.add("client", () => fleet.close());
    for (const [pool, policy] of Object.entries(environment.scaling)) await fleet.setScaling(pool, policy);
    await refuseForeignData(fleet);
    const server = await startServer({
      ...{
        fleet,
        host,
        port,
        grpcPort,
        tokens,
        board: { redis, namespace, partitions: environment.partitions },
      },
      metrics: { recorder, isOpen: openMetrics },
      log: (line) => logs("server").error(line),
      audit: (entry) => logs("audit").info({ audit: entry }, "changed"),
    });
    shutdown.add("server", () => server.stop());
    logs("server").info({ url: server.url, grpcPort: server.grpcPort, tokens: tokens.length }, "listening");
    const reason = await shutdown.stopping;
    log.info({ reason }, "stopping");
  } finally {
    await shutdown.stop("the server ends");
    shutdown.release();
    exitSoon();
  }
}

/** A server that could not read what lies there ends; one whose Redis is away serves, and answers when it is back. */
async function refuseForeignData(fleet: FleetClient): Promise<void> {
  try {
    await fleet.list({ limit: 1 });
  } catch (error) {
    if (!isRunfleetError(error) || error.code !== "redis_unavailable") throw error;
  }
}

/**
 * `runfleet worker`: one worker process, until it is asked to stop. Its log goes to standard output as JSON. The worker
 * itself is loaded by this command alone: loading it takes the others longer than what they do.
 */
import { join } from "node:path";
import { createClient } from "@runfleet/client";
import { createRecorder, type Recorder } from "@runfleet/metrics";
import {
  createLog,
  createShutdown,
  type Environment,
  type Logger,
  type PodPlace,
  type ProcessLog,
  poolNames,
  publishDeletionCost,
  readEnvironment,
  readLogLevels,
  type Shutdown,
  serveHealth,
  startTelemetry,
} from "@runfleet/service";
import type { ActionLog, FleetWorker, WorkerConfig, WorkerLog } from "@runfleet/worker";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { exitSoon } from "../exit-soon.js";
import { type FleetAddress, findFleet } from "../find-fleet.js";
import { homeToUse } from "../home.js";
import { loadConfig } from "../load-config.js";
import { wholeNumber } from "../parse-options.js";
import { concurrencyMax } from "./dev.js";

interface Options {
  readonly config?: string;
  readonly concurrency?: number;
  readonly pools?: string;
  readonly healthHost: string;
  readonly healthPort?: number;
}

/** What a worker needs beyond the grace period of its steps to leave in order. */
export const closingMs = 5_000;
/** The same without the process that started it: its Redis is most likely gone too, so there is little to wait for. */
const orphanMs = 1_500;

export function addWorker(program: Command, cli: Cli): void {
  program
    .command("worker")
    .description("run one worker process")
    .option("--config <file>", "default: the nearest runfleet.config.ts")
    .option(
      "--concurrency <n>",
      "runs executed at once; default 32",
      wholeNumber("--concurrency", { min: 1, max: concurrencyMax }),
    )
    .option("--pools <names>", "pools it takes runs of, between commas; default: default")
    .option(
      "--health-port <port>",
      "answers /livez, /readyz and /metrics over HTTP; 0 = any free one; default: none",
      wholeNumber("--health-port", { min: 0, max: 65_535 }),
    )
    .option("--health-host <address>", "where --health-port listens", "127.0.0.1")
    .action((options: Options) => runWorker(cli, options));
}

async function runWorker(cli: Cli, options: Options): Promise<void> {
  const environment = readEnvironment(cli.env);
  const address = await findFleet(cli.globals(), cli);
  cli.setPlace(address.place);
  const { config } = await loadConfig(options.config, cli);
  await refuseUnreachable(address);
  const levels = readLogLevels({ environment: environment.logLevels, config: config.log });
  const logs = await createLog({ name: "worker", levels });
  const log = logs("process");
  const shutdown = createShutdown({
    graceMs: environment.graceMs + closingMs,
    log: (line) => log.warn(line),
  });
  stopWithParent(shutdown);
  try {
    const { worker, healthPort } = await openWorker(cli, {
      ...{ options, environment, address, config, logs, shutdown },
    });
    log.info({ worker: worker.id, healthPort }, "working");
    process.send?.({ type: "ready", worker: worker.id });
    const reason = await shutdown.stopping;
    log.info({ worker: worker.id, reason }, "stopping");
    await shutdown.stop(reason);
    log.info({ worker: worker.id }, "stopped");
  } finally {
    // What could not begin must not go on unseen, taking runs that nobody watches.
    await shutdown.stop("the worker cannot begin");
    shutdown.release();
    if (process.connected) process.disconnect();
    exitSoon();
  }
}

/** All that works; how to stop it is known to the shutdown as soon as it is there. */
async function openWorker(
  cli: Cli,
  parts: {
    readonly options: Options;
    readonly environment: Environment;
    readonly address: FleetAddress;
    readonly config: WorkerConfig;
    readonly logs: ProcessLog;
    readonly shutdown: Shutdown;
  },
): Promise<{ readonly worker: FleetWorker; readonly healthPort: number | undefined }> {
  const { options, environment, address, config, logs, shutdown } = parts;
  const { createFleetWorker, handleEscapedErrors, newWorkerId } = await import("@runfleet/worker");
  const log = logs("process");
  const { graceMs, leaseTtlMs, leaseRedisUrls, secretKeys, partitions } = environment;
  const workerId = newWorkerId();
  const recorder = createRecorder("worker", address.namespace);
  const telemetry = await startTelemetry({
    ...{ serviceName: "runfleet-worker", instanceId: workerId, recorder },
    log: (line) => log.warn(line),
  });
  shutdown.add("telemetry", () => telemetry.stop());
  handleEscapedErrors({
    log: actionLog(log),
    onUnknown() {
      process.exitCode = 1;
      void shutdown.stop("an error that belongs to no step");
    },
  });
  const worker = await createFleetWorker({
    redisUrl: address.redisUrl,
    namespace: address.namespace,
    ...{ workerId, config, recorder },
    concurrency: options.concurrency ?? environment.concurrency,
    pools: options.pools === undefined ? environment.pools : poolNames(options.pools),
    log: componentLog(logs),
    graceMs,
    workDir: join(homeToUse(cli), "work"),
    ...(partitions === undefined ? {} : { partitions }),
    ...(leaseTtlMs === undefined ? {} : { leaseTtlMs }),
    ...(secretKeys === undefined ? {} : { secretKeys }),
    ...(leaseRedisUrls === undefined ? {} : { leaseRedisUrls }),
  });
  shutdown.add("worker", () => worker.stop());
  tellDeletionCost(environment.pod, { worker, shutdown, log });
  return { worker, healthPort: await openHealth(options, { worker, recorder, shutdown }) };
}

/** In Kubernetes, where the pod may be written to: one run in hand more costs one more. */
function tellDeletionCost(
  pod: PodPlace | undefined,
  {
    worker,
    shutdown,
    log,
  }: { readonly worker: FleetWorker; readonly shutdown: Shutdown; readonly log: Logger },
): void {
  if (pod === undefined) return;
  const told = publishDeletionCost({ pod, cost: () => worker.busy(), log: (line) => log.warn(line) });
  shutdown.add("deletion cost", () => told.stop());
}

/** Asked until the worker has gone: it is unready from the moment it stops. */
async function openHealth(
  { healthHost: host, healthPort: port }: Options,
  {
    worker,
    recorder,
    shutdown,
  }: { readonly worker: FleetWorker; readonly recorder: Recorder<"worker">; readonly shutdown: Shutdown },
): Promise<number | undefined> {
  if (port === undefined) return undefined;
  const health = await serveHealth({
    host,
    port,
    recorder,
    unready: () => worker.unready(),
    stuck: () => worker.stuck(),
  });
  void shutdown.stopping.then(() => worker.stop()).then(() => health.stop());
  return health.port;
}

/** A person who starts a worker hears at once that Redis is not there; later the worker waits for it to come back. */
async function refuseUnreachable(address: {
  readonly redisUrl: string;
  readonly namespace: string;
}): Promise<void> {
  const fleet = createClient({ redis: address.redisUrl, namespace: address.namespace });
  try {
    await fleet.list({ limit: 1 });
  } finally {
    await fleet.close();
  }
}

/** A worker that `dev` started ends with it, however that ended. Its scripts end with the worker. */
function stopWithParent(shutdown: Shutdown): void {
  if (process.channel === undefined) return;
  process.once("disconnect", () => {
    void shutdown.stop("the process that started this worker is gone");
    setTimeout(() => process.exit(1), orphanMs).unref();
  });
}

/** Each component's own. */
function componentLog(logs: ProcessLog): WorkerLog {
  return (component) => actionLog(logs(component));
}

/** Without `debug` where the level leaves it out. */
function actionLog(log: Logger): Omit<ActionLog, "debug"> & Partial<Pick<ActionLog, "debug">> {
  return {
    ...(log.isLevelEnabled("debug") ? { debug: (message, fields = {}) => log.debug(fields, message) } : {}),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
}

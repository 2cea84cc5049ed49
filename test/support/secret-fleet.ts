/** A fleet that runs workflows with secrets, every place it can be looked at from, and everything those places show. */
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createClient, type FleetClient } from "@runfleet/client";
import { startServer } from "@runfleet/server";
import { createLog, readLogLevels } from "@runfleet/service";
import { connectRedis, partitionTag } from "@runfleet/store";
import { createFleetWorker, type EventSink, type WorkerConfig } from "@runfleet/worker";
import type { GlobalOptions } from "../../apps/cli/src/cli.js";
import { createProgram } from "../../apps/cli/src/program.js";
import { createTerminal } from "../../apps/cli/src/terminal.js";
import { eventually } from "./eventually.js";

export interface SecretFleet {
  readonly fleet: FleetClient;
  readonly namespace: string;
  readonly url: string;
  /** Starts a worker; the one before is stopped. */
  work(keys?: string): Promise<void>;
  /** Runs the command in this process and answers what it wrote. */
  cli(...args: readonly string[]): Promise<string>;
  /** Resolves when the archive has an event of this type. */
  archived(type: string): Promise<void>;
  /** Lines of log of worker and server, of the archive, and of what was audited. */
  written(): Promise<string>;
  /** Every key of the fleet with everything in it. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

/** `keys`: of client and server; the worker has its own. */
export async function openSecretFleet(
  redisUrl: string,
  { keys, config, workflows }: { keys?: string; config: WorkerConfig; workflows: readonly string[] },
): Promise<SecretFleet> {
  const namespace = `secret-${randomUUID().slice(0, 8)}`;
  const dir = await mkdtemp(join(tmpdir(), "runfleet-secret-"));
  const lines: string[] = [];
  const logs = await createLog({
    ...{ name: "worker", form: "json" },
    levels: readLogLevels({ environment: undefined, config: "debug" }),
    destination: { write: (line) => void lines.push(line) },
  });
  const logger = logs("step");
  const log = {
    debug: (message: string, fields = {}) => logger.debug(fields, message),
    info: (message: string, fields = {}) => logger.info(fields, message),
    warn: (message: string, fields = {}) => logger.warn(fields, message),
    error: (message: string, fields = {}) => logger.error(fields, message),
  };
  const secretKeys = keys === undefined ? {} : { secretKeys: keys };
  const fleet = createClient({ redis: redisUrl, namespace, actor: "tester", ...secretKeys });
  await fleet.publish(workflows.map((source) => ({ source })));
  const server = await startServer({
    ...{ fleet, port: 0, board: { redis: redisUrl, namespace } },
    log: (line) => void lines.push(line),
    audit: (entry) => void lines.push(JSON.stringify(entry)),
  });
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  let stopWorker = async (): Promise<void> => undefined;
  const archive: EventSink = {
    name: "archive",
    deliver: (events) => void lines.push(...events.map((event) => JSON.stringify(event))),
  };
  return {
    ...{ fleet, namespace, url: server.url },
    async work(workerKeys) {
      await stopWorker();
      const worker = await createFleetWorker({
        ...{ redisUrl, namespace, log, workDir: join(dir, "work"), sweepMs: 300, graceMs: 100 },
        ...(workerKeys === undefined ? {} : { secretKeys: workerKeys }),
        config: { ...config, sinks: [archive] },
      });
      stopWorker = () => worker.stop();
    },
    cli: (...args) => runCommand(["--redis", redisUrl, "--namespace", namespace, ...args]),
    async archived(type) {
      const told = `"type":"${type}"`;
      await eventually(`${type} is in the archive`, () => lines.find((line) => line.includes(told)));
    },
    async written() {
      await stopWorker();
      const names = await readdir(dir, { recursive: true, withFileTypes: true });
      const files = names
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const texts = await Promise.all(
        files.map(async (path) => `${path}\n${await readFile(path, "latin1")}`),
      );
      return [...lines, ...texts].join("\n");
    },
    async dump() {
      const names = (await redis.keys(`${partitionTag(namespace, 0)}*`)).sort();
      return JSON.stringify(await Promise.all(names.map(async (key) => [key, await contentOf(key)])));
    },
    async close() {
      await stopWorker();
      await server.stop();
      await fleet.close();
      const left = await redis.keys(`${partitionTag(namespace, 0)}*`);
      if (left.length > 0) await redis.del(...left);
      redis.disconnect();
      await rm(dir, { recursive: true, force: true });
    },
  };

  async function contentOf(key: string): Promise<unknown> {
    const read: Readonly<Record<string, () => Promise<unknown>>> = {
      string: () => redis.get(key),
      hash: () => redis.hgetall(key),
      list: () => redis.lrange(key, 0, -1),
      set: () => redis.smembers(key),
      zset: () => redis.zrange(key, 0, -1),
      stream: () => redis.xrange(key, "-", "+"),
    };
    const type = await redis.type(key);
    if (type === "none") return undefined;
    const reader = read[type];
    if (reader === undefined) throw new Error(`key ${key} is a ${type}`);
    return reader();
  }
}

async function runCommand(args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const kept = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  }) as NodeJS.WriteStream;
  const env = { NO_COLOR: "1" };
  const program = createProgram({
    terminal: createTerminal({ stdout: kept, stderr: kept, env }),
    ...{ env, cwd: tmpdir(), globals: () => program.opts<GlobalOptions>() },
    ...{ setExitCode: () => undefined, setPlace: () => undefined },
  });
  await program.parseAsync(["node", "runfleet", ...args]);
  return lines.join("");
}

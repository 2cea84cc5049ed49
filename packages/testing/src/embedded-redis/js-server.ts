/**
 * Runs `js-redis-server` in a child process, so that several worker processes share it and a busy one cannot
 * starve it. Slow and in memory only; who may use it is decided elsewhere.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RunfleetError } from "@runfleet/model";
import { askRedis } from "./ask-redis.js";
import type { ListeningServer } from "./real-server.js";
import { readLogEnd } from "./real-server.js";
import type { ServerProcess } from "./server-process.js";
import { keepPreviousLog, spawnServer } from "./server-process.js";

/** The same place from `src/embedded-redis/` and from `dist/embedded-redis/`. */
const program = fileURLToPath(new URL("../../bin/js-redis.mjs", import.meta.url));
/** Loading half a megabyte of JavaScript takes 0.2 s; the rest is for a machine under load. */
const startTimeoutMs = 20_000;

/** Resolves when the server answers PING. Throws `redis_unavailable` with the end of its log when it does not. */
export async function startJsServer(options: {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** 0: any free port. */
  readonly port: number;
  readonly onSpawned: (server: { readonly pid: number; readonly port?: number }) => Promise<void>;
}): Promise<ListeningServer> {
  const logFile = join(options.dir, "js-redis-server.log");
  await keepPreviousLog(logFile);
  const server = await spawnServer({
    file: process.execPath,
    args: [program, String(options.port)],
    env: withoutNodeSettings(options.env),
    logFile,
    diesWithParentBy: "channel",
  });
  try {
    const port = await awaitPort(server);
    await options.onSpawned({ pid: server.pid, port });
    await askRedis({
      address: { host: "127.0.0.1", port },
      commands: [["PING"]],
      timeoutMs: startTimeoutMs,
    });
    return { process: server, port, logFile };
  } catch (cause) {
    await server.stop();
    throw notStarted({ cause, logFile, logEnd: await readLogEnd(logFile) });
  }
}

function notStarted(options: {
  readonly cause: unknown;
  readonly logFile: string;
  readonly logEnd: string;
}): RunfleetError {
  const { cause, logFile, logEnd } = options;
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `js-redis-server did not start: ${why}\n${logEnd}`;
  return new RunfleetError("redis_unavailable", message, { cause, details: { logFile } });
}

/** Our own inspector port, loaders and coverage folder are not for the child. */
function withoutNodeSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, NODE_V8_COVERAGE: _coverage, ...rest } = env;
  return rest;
}

function awaitPort(server: ServerProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${startTimeoutMs} ms`)),
      startTimeoutMs,
    );
    server.child.once("message", (message) => {
      clearTimeout(timer);
      const { port, error } = message as { port?: number; error?: string };
      if (port === undefined) reject(new Error(error ?? "it sent no port"));
      else resolve(port);
    });
    void server.ended.then(() => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${server.howEnded()}`));
    });
  });
}

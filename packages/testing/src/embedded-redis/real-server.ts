/**
 * Runs a real redis-server or valkey-server binary on a loopback port and waits until it answers.
 * Where the binary comes from is decided elsewhere.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { RunfleetError } from "@runfleet/model";
import { askRedis } from "./ask-redis.js";
import { runProgram } from "./run-program.js";
import type { ServerProcess } from "./server-process.js";
import { keepPreviousLog, spawnServer } from "./server-process.js";

export interface RealServerOptions {
  readonly binary: string;
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly appendOnly: boolean;
  /** Without one, a free port is chosen. */
  readonly port: number | undefined;
  /** On top of what every server gets. */
  readonly settings: Readonly<Record<string, string>>;
  /** Called for every process started, before it is ready. */
  readonly onSpawned: (server: { readonly pid: number; readonly port: number }) => Promise<void>;
}

export interface ListeningServer {
  readonly process: ServerProcess;
  readonly port: number;
  readonly logFile: string;
}

/** An empty server answers within 30 ms; the rest is for a machine under load. */
const startTimeoutMs = 15_000;
/** Reading an append-only file back: hundreds of MB a second even on slow disks. */
const loadTimeoutMs = 120_000;
const answerTimeoutMs = 1_000;
/** Each attempt loses only when another process takes the port within a few milliseconds. */
const portAttemptsMax = 5;
/** Below 6.2 BullMQ warns and `GETDEL`, `ZRANGE … BYSCORE` and others are missing. */
const versionMin = [6, 2] as const;

/** Why this binary cannot be used ("needs libfoo.so", "version 5.0 is too old"); undefined when it can. */
export async function findBinaryProblem(binary: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { isOk, stdout, problem } = await runProgram({ file: binary, args: ["--version"], env });
  if (!isOk) return `it does not run: ${problem}`;
  const [, major, minor] = /v=(\d+)\.(\d+)/.exec(stdout) ?? [];
  const [majorMin, minorMin] = versionMin;
  const isOldMinor = Number(major) === majorMin && Number(minor) < minorMin;
  return Number(major) < majorMin || isOldMinor
    ? `version ${major}.${minor} is too old, ${versionMin.join(".")} or newer is needed`
    : undefined;
}

/** Resolves when the server answers PING. Throws `redis_unavailable` with the end of its log when it does not. */
export async function startRealServer(options: RealServerOptions): Promise<ListeningServer> {
  const logFile = join(options.dir, "redis-server.log");
  await keepPreviousLog(logFile);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await findFreePort());
    const server = await spawnServer({
      file: options.binary,
      args: buildArguments({ ...options, port }),
      env: options.env,
      logFile,
      diesWithParentBy: "signal",
    });
    await options.onSpawned({ pid: server.pid, port });
    const problem = await awaitReady(server, port);
    if (problem === undefined) return { process: server, port, logFile };
    await server.stop();
    const logEnd = await readLogEnd(logFile);
    const isPortTaken = /address already in use/i.test(logEnd);
    if (isPortTaken && options.port === undefined && attempt < portAttemptsMax) continue;
    throw new RunfleetError("redis_unavailable", `${options.binary} did not start: ${problem}\n${logEnd}`, {
      details: { binary: options.binary, port, logFile },
    });
  }
}

/** The last lines of a log file, for an error message. */
export async function readLogEnd(logFile: string): Promise<string> {
  const text = await readFile(logFile, "utf8");
  return text.trimEnd().split("\n").slice(-8).join("\n");
}

function buildArguments(options: {
  readonly port: number;
  readonly dir: string;
  readonly appendOnly: boolean;
  readonly settings: Readonly<Record<string, string>>;
}): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    bind: "127.0.0.1",
    port: String(options.port),
    "protected-mode": "yes",
    daemonize: "no",
    dir: options.dir,
    save: "",
    appendonly: options.appendOnly ? "yes" : "no",
    appendfsync: "everysec",
    "maxmemory-policy": "noeviction",
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

/** Undefined once the server answers; otherwise why it never will. */
async function awaitReady(server: ServerProcess, port: number): Promise<string | undefined> {
  const startedMs = performance.now();
  let pollMs = 5;
  for (;;) {
    const how = server.howEnded();
    if (how !== undefined) return `it ended with ${how}`;
    const state = await Promise.race([readState(server.pid, port), server.ended]);
    if (state === "ready") return undefined;
    const timeoutMs = state === "loading" ? loadTimeoutMs : startTimeoutMs;
    if (performance.now() - startedMs > timeoutMs) return `no answer within ${timeoutMs} ms`;
    await pause(pollMs);
    pollMs = Math.min(pollMs * 2, 100);
  }
}

/** Asks for the pid too: another server may have taken the port before ours could. */
async function readState(pid: number, port: number): Promise<"ready" | "loading" | "absent"> {
  try {
    const [ping, info] = await askRedis({
      address: { host: "127.0.0.1", port },
      commands: [["PING"], ["INFO", "server"]],
      timeoutMs: answerTimeoutMs,
    });
    const isOurs = info?.text.includes(`process_id:${pid}\r\n`) === true;
    if (!isOurs) return "absent";
    return ping?.text === "PONG" ? "ready" : "loading";
  } catch {
    return "absent";
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const holder = createServer();
    holder.once("error", reject);
    holder.listen({ host: "127.0.0.1", port: 0 }, () => {
      const address = holder.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      holder.close(() => resolve(port));
    });
  });
}

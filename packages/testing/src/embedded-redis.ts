/**
 * Gives this process a private Redis when nobody named one: a real server found on PATH, else the distribution's
 * own one fetched without root, else a pure JavaScript one. REDIS_URL is the caller's business: with it, nothing
 * should be started at all.
 */
import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { RunfleetError } from "@runfleet/model";
import { claimDirectory } from "./embedded-redis/claim-directory.js";
import { fetchServer } from "./embedded-redis/fetch-server.js";
import { findProgram } from "./embedded-redis/find-program.js";
import { startJsServer } from "./embedded-redis/js-server.js";
import type { ListeningServer } from "./embedded-redis/real-server.js";
import { findBinaryProblem, readLogEnd, startRealServer } from "./embedded-redis/real-server.js";

export { probeRedis } from "./embedded-redis/ask-redis.js";

/** Where the server comes from; "redis-server" and "valkey-server" are programs found on PATH. */
export type EmbeddedRedisKind = "redis-server" | "valkey-server" | "fetched" | "js";

export interface EmbeddedRedisOptions {
  /** Data and logs. Created when missing; one embedded Redis at a time. Earlier data is loaded again. */
  readonly dir: string;
  /** Gets one line for everything a person should know: fetching, a slow server, a crash. Default: silence. */
  readonly log?: (line: string) => void;
  /** Write every change to disk within a second. Default true; false is faster and forgets. */
  readonly appendOnly?: boolean;
  /** Default `process.env`. Read: PATH, NODE_ENV, RUNFLEET_CACHE, RUNFLEET_NO_FETCH, RUNFLEET_EMBEDDED_REDIS. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a free one. */
  readonly port?: number;
  /** Further settings of a real server, e.g. `cluster-enabled`; the JavaScript one has none. Default: none. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where a fetched server is kept. Default `RUNFLEET_CACHE`, else `.cache/runfleet` here. */
  readonly cacheDir?: string;
}

export interface EmbeddedRedis {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly kind: EmbeddedRedisKind;
  /** True when the data survives the server. */
  readonly durable: boolean;
  /** The server's own process. */
  readonly pid: number;
  readonly port: number;
  /** Resolves when the process is gone. Harmless when called twice or after a crash. */
  stop(): Promise<void>;
}

interface Start {
  readonly dir: string;
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly appendOnly: boolean;
  readonly port: number | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  readonly isForced: boolean;
  readonly onSpawned: (server: { readonly pid: number; readonly port?: number }) => Promise<void>;
}

type TierResult =
  | { readonly kind: EmbeddedRedisKind; readonly server: ListeningServer; readonly durable: boolean }
  | { readonly kind: "unavailable"; readonly reason: string };

type TierName = "redis-server" | "fetched" | "js";

/** In the order they are tried. */
const tiers: Readonly<Record<TierName, (start: Start) => Promise<TierResult>>> = {
  "redis-server": startFromPath,
  fetched: startFetched,
  js: startJs,
};

/**
 * Starts a server that ends with this process, at the latest; resolves when it answers.
 * A tier that is not there falls to the next with one line to `log`; a real server that is there and does not
 * start (a damaged file in `dir`, say) is an error, because the next tier would silently begin without the data.
 * Throws `redis_unavailable`: `dir` is in use, a server does not start, or only the JavaScript one is left and
 * NODE_ENV is "production". Throws `invalid_config`: RUNFLEET_EMBEDDED_REDIS names no tier.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const env = options.env ?? process.env;
  const log = options.log ?? (() => {});
  const dir = resolve(options.dir);
  const forced = readForcedTier(env);
  await mkdir(dir, { recursive: true });
  const claim = await claimDirectory(dir, log);
  try {
    const start: Start = {
      dir,
      cacheDir: resolve(options.cacheDir ?? env["RUNFLEET_CACHE"] ?? join(".cache", "runfleet")),
      env,
      appendOnly: options.appendOnly ?? true,
      port: options.port,
      settings: options.settings ?? {},
      log,
      isForced: forced !== undefined,
      onSpawned: claim.noteServer,
    };
    const started = await startFirstTier(forced === undefined ? Object.keys(tiers) : [forced], start);
    return handOver({ ...started, log, release: claim.release });
  } catch (error) {
    await claim.release();
    throw error;
  }
}

function isTierName(value: string): value is TierName {
  return Object.hasOwn(tiers, value);
}

function readForcedTier(env: NodeJS.ProcessEnv): TierName | undefined {
  const wanted = env["RUNFLEET_EMBEDDED_REDIS"] ?? "";
  if (wanted === "") return undefined;
  if (isTierName(wanted)) return wanted;
  const known = Object.keys(tiers).join(", ");
  throw new RunfleetError(
    "invalid_config",
    `RUNFLEET_EMBEDDED_REDIS is "${wanted}"; it can be one of ${known}`,
  );
}

type StartedTier = Exclude<TierResult, { readonly kind: "unavailable" }>;

async function startFirstTier(names: readonly string[], start: Start): Promise<StartedTier> {
  const reasons: string[] = [];
  for (const name of names.filter(isTierName)) {
    const result = await tiers[name](start);
    if (result.kind !== "unavailable") return result;
    reasons.push(`${name}: ${result.reason}`);
    // That PATH holds no server is what happens everywhere; the next tier says what it does about it.
    if (name !== "redis-server") start.log(`embedded Redis: ${name} cannot be used: ${result.reason}`);
  }
  throw new RunfleetError(
    "redis_unavailable",
    `no Redis can be started here (${reasons.join("; ")}); install redis-server or set REDIS_URL`,
    { details: { reasons } },
  );
}

async function startFromPath(start: Start): Promise<TierResult> {
  let reason = "neither redis-server nor valkey-server is on PATH";
  for (const kind of ["redis-server", "valkey-server"] as const) {
    const binary = await findProgram(kind, start.env);
    if (binary === undefined) continue;
    const problem = await findBinaryProblem(binary, start.env);
    if (problem === undefined) {
      return { kind, server: await startRealServer({ ...start, binary }), durable: start.appendOnly };
    }
    reason = `${binary}: ${problem}`;
    start.log(`embedded Redis: ${reason}`);
  }
  return { kind: "unavailable", reason };
}

async function startFetched(start: Start): Promise<TierResult> {
  const { cacheDir, env, log, isForced } = start;
  const fetched = await fetchServer({ cacheDir, env, log, retriesSoon: isForced });
  if (fetched.kind === "unavailable") return fetched;
  const server = await startRealServer({ ...start, ...fetched.server });
  return { kind: "fetched", server, durable: start.appendOnly };
}

async function startJs(start: Start): Promise<TierResult> {
  if (start.env["NODE_ENV"] === "production") {
    const reason =
      "the JavaScript Redis forgets everything when it ends and is refused with NODE_ENV=production";
    return { kind: "unavailable", reason };
  }
  const server = await startJsServer({ ...start, port: start.port ?? 0 });
  start.log(
    "embedded Redis: using the JavaScript server: slow, in memory only, for development; install redis-server or set REDIS_URL for more",
  );
  const hasEarlierData = (await readdir(start.dir)).some((name) => name.startsWith("appendonly"));
  if (hasEarlierData)
    start.log(`embedded Redis: the data of an earlier server in ${start.dir} is not loaded`);
  return { kind: "js", server, durable: false };
}

function handOver(
  started: StartedTier & { readonly log: (line: string) => void; readonly release: () => Promise<void> },
): EmbeddedRedis {
  const { kind, durable, log, release } = started;
  const { process: server, port, logFile } = started.server;
  let isStopping = false;
  void server.ended.then(async () => {
    if (isStopping) return;
    const logEnd = await readLogEnd(logFile).catch(() => "");
    log(
      `embedded Redis: the server ended unexpectedly with ${server.howEnded()}; its last words:\n${logEnd}`,
    );
    await release();
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    kind,
    durable,
    pid: server.pid,
    port,
    stop: async () => {
      isStopping = true;
      await server.stop();
      await release();
    },
  };
}

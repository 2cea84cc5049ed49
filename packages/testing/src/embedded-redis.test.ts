// The embedded Redis with real processes, on each tier this machine offers: a real server is taken from PATH or
// from the cache; fetching itself needs the network and runs with RUNFLEET_TEST_FETCH=1 only.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askRedis } from "./embedded-redis/ask-redis.js";
import type { FetchedServer } from "./embedded-redis/fetch-server.js";
import { fetchServer } from "./embedded-redis/fetch-server.js";
import { findProgram } from "./embedded-redis/find-program.js";
import { markProcess } from "./embedded-redis/process-mark.js";
import type { EmbeddedRedis, EmbeddedRedisOptions } from "./embedded-redis.js";
import { probeRedis, startEmbeddedRedis } from "./embedded-redis.js";

const cacheDir =
  process.env["RUNFLEET_CACHE"] ?? fileURLToPath(new URL("../../../.cache/runfleet", import.meta.url));
const baseEnv: NodeJS.ProcessEnv = {
  PATH: process.env["PATH"],
  RUNFLEET_CACHE: cacheDir,
  RUNFLEET_NO_FETCH: "1",
};
const mayFetch = process.env["RUNFLEET_TEST_FETCH"] === "1";
const cached = await fetchServer({
  cacheDir,
  env: { ...baseEnv, RUNFLEET_NO_FETCH: mayFetch ? "0" : "1" },
  log: () => {},
  retriesSoon: mayFetch,
});
const isOnPath = (await findProgram("redis-server", baseEnv)) !== undefined;

/** The tiers that can be started here without the network. */
const realTier = isOnPath ? "redis-server" : cached.kind === "found" ? "fetched" : undefined;
const offered = realTier === undefined ? (["js"] as const) : ([realTier, "js"] as const);

let dir: string;
const lines: string[] = [];
const started: EmbeddedRedis[] = [];
const owners: ChildProcess[] = [];

beforeEach(async () => {
  // The blank is on purpose: paths with blanks must work.
  dir = await mkdtemp(join(tmpdir(), "runfleet redis-"));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((redis) => redis.stop()));
  for (const owner of owners.splice(0)) owner.kill("SIGKILL");
  lines.length = 0;
  await rm(dir, { recursive: true, force: true });
});

async function start(
  tier: string | undefined,
  options: Partial<EmbeddedRedisOptions> = {},
): Promise<EmbeddedRedis> {
  const env = {
    ...baseEnv,
    ...(tier === undefined ? {} : { RUNFLEET_EMBEDDED_REDIS: tier }),
    ...options.env,
  };
  const redis = await startEmbeddedRedis({ dir, log: (line) => lines.push(line), ...options, env });
  started.push(redis);
  return redis;
}

async function ask(redis: { readonly port: number }, ...command: string[]): Promise<string | undefined> {
  const address = { host: "127.0.0.1", port: redis.port };
  const [reply] = await askRedis({ address, commands: [command], timeoutMs: 10_000 });
  return reply?.text;
}

/** A folder with these shell scripts as programs, for PATH. */
async function writePrograms(scripts: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(dir, "bin");
  await mkdir(bin);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

/** Becomes the cached server, as a program installed on PATH would be. */
function execCached({ binary, env }: FetchedServer): string {
  return `LD_LIBRARY_PATH="${env["LD_LIBRARY_PATH"] ?? ""}" exec "${binary}" "$@"`;
}

async function awaitGone(pid: number): Promise<void> {
  await expect.poll(() => markProcess(pid)).toBeUndefined();
}

/** Another process that owns an embedded Redis; it runs this very source. */
async function startOwner(env: NodeJS.ProcessEnv): Promise<{ owner: ChildProcess; redis: EmbeddedRedis }> {
  const script = `
    import { createViteServer } from "vitest/node";
    const vite = await createViteServer({
      configFile: "vitest.config.ts", logLevel: "error", appType: "custom",
      server: { middlewareMode: true, ws: false, hmr: false, watch: null }, optimizeDeps: { noDiscovery: true },
    });
    const { startEmbeddedRedis } = await vite.ssrLoadModule("/packages/testing/src/index.ts");
    const [dir, env] = JSON.parse(process.argv[1]);
    process.send(await startEmbeddedRedis({ dir, env }));
    setInterval(() => {}, 1_000);`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify([dir, env])], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  owners.push(owner);
  const [redis] = (await once(owner, "message")) as [EmbeddedRedis];
  return { owner, redis };
}

describe.each(offered)("the %s tier", (tier) => {
  test("answers on its URL, and stop leaves no process, twice without harm", async () => {
    const redis = await start(tier);
    expect(redis.kind).toBe(tier);
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
    expect(await probeRedis(redis.url, 10_000)).toBe(true);
    await Promise.all([redis.stop(), redis.stop()]);
    expect(await markProcess(redis.pid)).toBeUndefined();
    expect(await probeRedis(redis.url, 1_000)).toBe(false);
    await redis.stop();
    expect((await readdir(dir)).filter((name) => name.endsWith(".claim"))).toEqual([]);
  });

  test("can be reached from this machine only", async () => {
    const redis = await start(tier);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find((address) => !address.internal && address.family === "IPv4")?.address;
    for (const host of [outside, "::1"].filter((name) => name !== undefined)) {
      const socket = connect({ host, port: redis.port });
      const [error] = (await Promise.race([once(socket, "error"), once(socket, "connect")])) as [Error?];
      socket.destroy();
      expect(error).toBeInstanceOf(Error);
    }
  });

  test("takes the port it is given, and says so when that is taken", async () => {
    const holder = createServer((socket) => socket.destroy()).listen({ host: "127.0.0.1", port: 0 });
    await once(holder, "listening");
    const port = (holder.address() as { port: number }).port;
    await expect(start(tier, { port })).rejects.toMatchObject({
      code: "redis_unavailable",
      message: expect.stringMatching(/address already in use/i),
    });
    holder.close();
    await once(holder, "close");
    expect(await start(tier, { port })).toMatchObject({ port });
  });

  test("refuses a second start in the same folder, and lets it after stop", async () => {
    const first = await start(tier);
    await expect(start(tier)).rejects.toThrow(`pid ${process.pid}) runs the embedded Redis`);
    await first.stop();
    expect(await probeRedis((await start(tier)).url, 1_000)).toBe(true);
  });

  test("reports a crash and frees the folder", async () => {
    const redis = await start(tier);
    process.kill(redis.pid, "SIGKILL");
    await expect.poll(() => lines.join("\n")).toMatch(/ended unexpectedly with signal SIGKILL/);
    await expect.poll(async () => (await readdir(dir)).join()).not.toContain(".claim");
    await redis.stop();
    await start(tier);
  });

  test("ends when its owner is killed", async () => {
    const { owner, redis } = await startOwner({ ...baseEnv, RUNFLEET_EMBEDDED_REDIS: tier });
    expect(await probeRedis(redis.url, 10_000)).toBe(true);
    owner.kill("SIGKILL");
    await awaitGone(redis.pid);
    // The dead owner's claim does not block the next start.
    expect(await probeRedis((await start(tier)).url, 1_000)).toBe(true);
  });
});

describe.skipIf(realTier === undefined)("a real server", () => {
  const tier = realTier ?? "";

  test("has its data again after a restart, and after its own SIGKILL", async () => {
    const first = await start(tier);
    expect(first.durable).toBe(true);
    expect(await ask(first, "SET", "k", "v1")).toBe("OK");
    await first.stop();
    const second = await start(tier);
    expect(await ask(second, "GET", "k")).toBe("v1");
    expect(await ask(second, "SET", "k", "v2")).toBe("OK");
    process.kill(second.pid, "SIGKILL");
    await awaitGone(second.pid);
    await second.stop();
    expect(await ask(await start(tier), "GET", "k")).toBe("v2");
  });

  test("forgets without appendOnly and says so", async () => {
    const first = await start(tier, { appendOnly: false });
    expect(first.durable).toBe(false);
    await ask(first, "SET", "k", "v");
    await first.stop();
    expect(await ask(await start(tier, { appendOnly: false }), "EXISTS", "k")).toBe("0");
  });

  test("never evicts", async () => {
    const redis = await start(tier);
    const info = await ask(redis, "INFO", "memory");
    expect(info).toContain("maxmemory_policy:noeviction");
  });

  test("with damaged data is an error with the end of its log, not a silent new beginning", async () => {
    const first = await start(tier);
    await ask(first, "SET", "k", "v");
    await first.stop();
    const folder = join(dir, "appendonlydir");
    const name = (await readdir(folder)).find((file) => file.endsWith(".incr.aof")) ?? "";
    const written = await readFile(join(folder, name), "utf8");
    await writeFile(join(folder, name), written.replace("SET", "@@@").replace("*", "!"));
    await expect(start(tier)).rejects.toMatchObject({
      code: "redis_unavailable",
      message: expect.stringMatching(/did not start: it ended with exit code 1[\s\S]*Bad file format/),
    });
    expect((await readdir(dir)).filter((file) => file.endsWith(".claim"))).toEqual([]);
  });

  test.skipIf(cached.kind !== "found")("ends when its owner is killed, also without setpriv", async () => {
    const env = { ...baseEnv, PATH: "", RUNFLEET_EMBEDDED_REDIS: "fetched" };
    const { owner, redis } = await startOwner(env);
    expect(await probeRedis(redis.url, 10_000)).toBe(true);
    owner.kill("SIGKILL");
    await awaitGone(redis.pid);
  });
});

describe("the order of the tiers", () => {
  test.skipIf(cached.kind !== "found")("a server on PATH comes first", async () => {
    if (cached.kind !== "found") return;
    const bin = await writePrograms({ "valkey-server": execCached(cached.server) });
    const redis = await start(undefined, { env: { PATH: bin } });
    expect(redis.kind).toBe("valkey-server");
    expect(await probeRedis(redis.url, 10_000)).toBe(true);
  });

  test.skipIf(cached.kind !== "found")("a port lost to somebody else meanwhile is replaced", async () => {
    if (cached.kind !== "found") return;
    const mark = join(dir, "lost once");
    const loseOnce = `[ "$1" = --version ] || [ -e "${mark}" ] || {
      : > "${mark}"; echo "Could not create server TCP listening socket: bind: Address already in use"; exit 1; }`;
    const bin = await writePrograms({ "redis-server": `${loseOnce}\n${execCached(cached.server)}` });
    const redis = await start(undefined, { env: { PATH: bin } });
    expect(await probeRedis(redis.url, 10_000)).toBe(true);
    expect(await readdir(dir)).toContain("lost once");
  });

  test("a server on PATH that is too old or does not run is passed over with a line", async () => {
    const bin = await writePrograms({
      "redis-server": "echo 'Redis server v=5.0.7 sha=0'",
      "valkey-server": "echo 'error: no libfoo.so' >&2; exit 127",
    });
    const redis = await start(undefined, { env: { PATH: bin, RUNFLEET_CACHE: join(dir, "empty") } });
    expect(redis).toMatchObject({ kind: "js", durable: false });
    expect(lines.join("\n")).toContain("version 5.0 is too old");
    expect(lines.join("\n")).toContain("no libfoo.so");
    expect(lines.at(-1)).toMatch(/slow, in memory only/);
  });

  test("the JavaScript server is refused in production, with what to do", async () => {
    const env = { PATH: "", RUNFLEET_CACHE: join(dir, "empty"), NODE_ENV: "production" };
    await expect(start(undefined, { env })).rejects.toMatchObject({
      code: "redis_unavailable",
      message: expect.stringMatching(/NODE_ENV=production.*install redis-server or set REDIS_URL/),
    });
    expect((await readdir(dir)).filter((file) => file.endsWith(".claim"))).toEqual([]);
  });

  test("a tier nobody knows is refused", async () => {
    await expect(start("postgres")).rejects.toMatchObject({ code: "invalid_config" });
  });
});

describe.runIf(mayFetch)("fetching", () => {
  test("puts the distribution's server into the cache, where the next start finds it", async () => {
    const env = { RUNFLEET_CACHE: join(dir, "cache"), RUNFLEET_NO_FETCH: "0" };
    const redis = await start("fetched", { env });
    expect(redis.kind).toBe("fetched");
    expect(lines).toEqual([expect.stringContaining("fetching the system's own package")]);
    await redis.stop();
    await start("fetched", { env: { ...env, RUNFLEET_NO_FETCH: "1" } });
    expect(lines).toHaveLength(1);
  }, 60_000);
});

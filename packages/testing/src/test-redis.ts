/**
 * A Redis for tests that need a real one: the server that REDIS_URL names, else an embedded one in a folder of its own that
 * goes away with it. For suites of users; it is started once, in the runner's global setup.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type EmbeddedRedisKind, startEmbeddedRedis } from "./embedded-redis.js";

export interface TestRedisOptions {
  /** Gets one line for everything a person should know. Default: silence. */
  readonly log?: (line: string) => void;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface TestRedis {
  readonly url: string;
  /** A name that nobody else has: for `namespace` of clients and workers, so that suites do not meet. */
  readonly namespace: string;
  /** `external`: REDIS_URL named it. */
  readonly kind: EmbeddedRedisKind | "external";
  /** Ends what was started here, and deletes its folder. An external server is left alone. */
  stop(): Promise<void>;
}

/** Throws `redis_unavailable` as `startEmbeddedRedis` does. */
export async function startTestRedis({ log, env = process.env }: TestRedisOptions = {}): Promise<TestRedis> {
  const namespace = `test-${randomBytes(6).toString("hex")}`;
  const external = env["REDIS_URL"] ?? "";
  if (external !== "") return { url: external, namespace, kind: "external", stop: async () => undefined };
  const dir = await mkdtemp(join(tmpdir(), "runfleet-redis-"));
  const remove = (): Promise<void> => rm(dir, { recursive: true, force: true });
  try {
    const redis = await startEmbeddedRedis({
      ...{ dir, env, appendOnly: false },
      ...(log === undefined ? {} : { log }),
      ...cacheIn(env),
    });
    const stop = async (): Promise<void> => {
      await redis.stop();
      await remove();
    };
    return { url: redis.url, namespace, kind: redis.kind, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** What is fetched belongs beside the project's packages, where nobody commits it. */
function cacheIn(env: NodeJS.ProcessEnv): { readonly cacheDir?: string } {
  const isNamed = (env["RUNFLEET_CACHE"] ?? "") !== "";
  if (isNamed || !existsSync("node_modules")) return {};
  return { cacheDir: resolve("node_modules", ".cache", "runfleet") };
}

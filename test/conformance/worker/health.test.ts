/**
 * What worker and server answer an orchestrator under each fault of the chaos suite, all at once, each with a Redis and a wire of
 * its own: nobody is restarted for a Redis that is away, and who cannot work says so until it can.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@runfleet/client";
import { startServer } from "@runfleet/server";
import { serveHealth } from "@runfleet/service";
import { type EmbeddedRedis, startEmbeddedRedis } from "@runfleet/testing";
import { createFleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, describe, test } from "vitest";
import { commandOf } from "../../support/chaos/lone-redis.js";
import { openTcpProxy, type TcpProxy } from "../../support/chaos/tcp-proxy.js";
import { silentLog } from "../../support/silent-log.js";

interface Scene {
  readonly redis: EmbeddedRedis;
  readonly wire: TcpProxy;
  /** Status of a page of the worker and of the server. */
  ask(path: "/livez" | "/readyz"): Promise<{ readonly worker: number; readonly server: number }>;
  close(): Promise<void>;
}

interface Fault {
  begin(scene: Scene): unknown;
  end(scene: Scene): unknown;
}

/** After which a worker says that it is not ready. */
const silentMsMax = 4_000;
/** It ends by itself: no command would be heard. */
const pauseMs = "12000";

const faults: Readonly<Record<string, Fault>> = {
  "nobody listens at Redis' address": {
    begin: ({ wire }) => wire.refuse(),
    end: ({ wire }) => wire.pass(),
  },
  "the wire is silent": {
    begin: ({ wire }) => wire.stall(),
    end: ({ wire }) => wire.pass(),
  },
  "the wire loses every answer": {
    begin: ({ wire }) => wire.swallow(),
    end: ({ wire }) => wire.pass(),
  },
  "Redis is frozen": {
    begin: ({ redis }) => process.kill(redis.pid, "SIGSTOP"),
    end: ({ redis }) => process.kill(redis.pid, "SIGCONT"),
  },
  "Redis is paused": {
    begin: ({ redis }) => commandOf(redis.url, "CLIENT", "PAUSE", pauseMs, "ALL"),
    end: () => undefined,
  },
};

const scenes = new Map<string, Scene>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-health-"));
  for (const name of Object.keys(faults)) scenes.set(name, await openScene(String(scenes.size)));
});

afterAll(async () => {
  await Promise.all([...scenes.values()].map((scene) => scene.close()));
  await rm(folder, { recursive: true, force: true });
});

async function openScene(name: string): Promise<Scene> {
  const redis = await startEmbeddedRedis({ dir: join(folder, name, "redis"), appendOnly: false });
  const wire = await openTcpProxy(redis.port);
  const fleet = createClient({ redis: wire.url });
  const server = await startServer({ fleet, port: 0, log: () => undefined });
  const worker = await createFleetWorker({
    ...{ redisUrl: wire.url, config: {}, silentMsMax, log: silentLog, workDir: join(folder, name, "work") },
  });
  const health = await serveHealth({
    ...{ host: "127.0.0.1", port: 0, unready: () => worker.unready(), stuck: () => worker.stuck() },
  });
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  return {
    ...{ redis, wire },
    async ask(path) {
      const [ofWorker, ofServer] = await Promise.all([
        statusOf(`http://127.0.0.1:${health.port}${path}`),
        statusOf(`${server.url}${path}`),
      ]);
      return { worker: ofWorker, server: ofServer };
    },
    async close() {
      await Promise.all([worker.stop(), server.stop(), health.stop()]);
      await fleet.close();
      await wire.close();
      await redis.stop();
    },
  };
}

describe.concurrent.each(Object.entries(faults))("%s", (name, fault) => {
  test("worker and server go on living, say that they are not ready, and are again when it is over", async ({
    expect,
  }) => {
    const scene = scenes.get(name);
    if (scene === undefined) throw new Error("there is no such scene");
    expect(await scene.ask("/readyz")).toEqual({ worker: 200, server: 200 });
    await fault.begin(scene);
    const unready = { worker: 503, server: 503 };
    await expect.poll(() => scene.ask("/readyz"), { timeout: 40_000, interval: 500 }).toEqual(unready);
    expect(await scene.ask("/livez")).toEqual({ worker: 200, server: 200 });
    await fault.end(scene);
    const ready = { worker: 200, server: 200 };
    await expect.poll(() => scene.ask("/readyz"), { timeout: 40_000, interval: 500 }).toEqual(ready);
    expect(await scene.ask("/livez")).toEqual(ready);
  });
});

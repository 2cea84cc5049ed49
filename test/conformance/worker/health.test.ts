/**
 * What worker and server answer an orchestrator under each fault of the chaos suite: nobody is restarted for what a restart does not
 * mend, and who cannot hear Redis says so until it can. Faults that last have a Redis and a wire each, all at once. What happens to
 * the process itself (frozen, killed, asked to end, its clock set wrongly) is in `test/e2e/health.test.ts`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type EmbeddedRedis, startEmbeddedRedis } from "@runfleet/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answers, type HealthScene, openHealthScene } from "../../support/chaos/health-scene.js";
import { commandOf } from "../../support/chaos/lone-redis.js";
import { type PassingFault, passingFaults, stopReplicas } from "../../support/chaos/passing-faults.js";
import { type RestartableRedis, startRestartableRedis } from "../../support/chaos/restartable-redis.js";
import { eventually } from "../../support/eventually.js";

interface LastingFault {
  begin(scene: HealthScene<EmbeddedRedis>): unknown;
  end(scene: HealthScene<EmbeddedRedis>): unknown;
}

/** It ends by itself: no command would be heard. */
const pauseMs = "12000";
const [fine, unready] = [
  { worker: 200, server: 200 },
  { worker: 503, server: 503 },
];
const askEveryMs = 50;

const lastingFaults: Readonly<Record<string, LastingFault>> = {
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

const scenes = new Map<string, HealthScene<EmbeddedRedis>>();
let passing: HealthScene<RestartableRedis> | undefined;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-health-"));
  for (const name of Object.keys(lastingFaults)) {
    const own = join(folder, String(scenes.size));
    const redis = await startEmbeddedRedis({ dir: join(own, "redis"), appendOnly: false });
    scenes.set(name, await openHealthScene(redis, { folder: own }));
  }
  passing = await openHealthScene(await startRestartableRedis(folder), { folder: join(folder, "passing") });
  await passing.fleet.publish([{ source: "workflow quick { call nothing }" }]);
});

afterAll(async () => {
  await Promise.all(
    [...scenes.values(), ...(passing === undefined ? [] : [passing])].map((one) => one.close()),
  );
  await stopReplicas();
  await rm(folder, { recursive: true, force: true });
});

describe.concurrent("worker and server", () => {
  test.each(Object.entries(lastingFaults))(
    "%s: they live, are not ready, and are again when it is over",
    async (name, fault) => {
      const scene = scenes.get(name) as HealthScene<EmbeddedRedis>;
      expect(await scene.ask("/readyz")).toEqual(fine);
      await fault.begin(scene);
      await becomes(scene, unready);
      expect(await scene.ask("/livez")).toEqual(fine);
      await fault.end(scene);
      await becomes(scene, fine);
      expect(await scene.ask("/livez")).toEqual(fine);
    },
  );

  test("live through faults that pass or only keep writes away, are ready afterwards, and runs go on", async () => {
    const scene = passing as HealthScene<RestartableRedis>;
    for (const [name, fault] of Object.entries(passingFaults)) await passes(scene, name, fault);
  });
});

function becomes(scene: Pick<HealthScene<unknown>, "ask">, wanted: Answers): Promise<true> {
  return eventually(`/readyz is ${JSON.stringify(wanted)}`, async () => {
    const { worker, server } = await scene.ask("/readyz");
    return worker === wanted.worker && server === wanted.server ? true : undefined;
  });
}

async function passes(
  scene: HealthScene<RestartableRedis>,
  name: string,
  fault: PassingFault,
): Promise<void> {
  const lives = watchLives(scene);
  try {
    await fault.begin(scene, folder);
    if (fault.refusesWrites === true) await expectReading(scene, name);
    await fault.end?.(scene);
    await becomes(scene, fine);
    const run = await eventually(`a run starts after: ${name}`, () =>
      scene.fleet.start("quick").catch(() => undefined),
    );
    expect((await run.result({ timeoutMs: 30_000 })).status, name).toBe("completed");
  } finally {
    expect(await lives.stop(), name).toEqual([]);
  }
}

/** Nothing can be started, and everything can be seen: whoever mends it must. */
async function expectReading({ fleet, ask }: HealthScene<RestartableRedis>, name: string): Promise<void> {
  await expect(fleet.start("quick"), name).rejects.toMatchObject({ code: "redis_unavailable" });
  // A worker that cannot write says after a while that it is not ready: it can do nothing.
  expect((await ask("/readyz")).server, name).toBe(200);
  const [newest] = (await fleet.list({ limit: 1 })).runs;
  expect((await fleet.get(newest?.id ?? "")).workflow, name).toBe("quick");
  expect((await fleet.fleet()).pools, name).not.toEqual([]);
  expect((await fleet.counts()).runs.completed, name).toBeGreaterThan(0);
}

/** Asks all the time; the answers for which an orchestrator would restart somebody. */
function watchLives(scene: HealthScene<RestartableRedis>): { stop(): Promise<readonly Answers[]> } {
  const bad: Answers[] = [];
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      const answers = await scene.ask("/livez");
      if (answers.worker !== 200 || answers.server !== 200) bad.push(answers);
      await pause(askEveryMs);
    }
  };
  const watched = watch();
  return {
    async stop() {
      isOver = true;
      await watched;
      return bad;
    },
  };
}

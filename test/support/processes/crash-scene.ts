/**
 * One crash point, from beginning to end: a worker process executes everything a run can do until it kills itself there,
 * then another worker, without a person, brings everything to its end. Answers what was not as it should be.
 */
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { limits, type RunDocument } from "@runfleet/model";
import { connectRedis, createRedisStore, createRedlockLeases, partitionTag } from "@runfleet/store";
import { createFleetWorker } from "@runfleet/worker";
import { readLeftovers } from "../chaos/evidence.js";
import { eventually } from "../eventually.js";
import { configWith, slowMs } from "./actions.mjs";
import { type CrashPoint, nameOf } from "./crash-points.mjs";
import {
  ledgerOf,
  type ProcessPlace,
  readLedger,
  startFaultyWorker,
  type WorkerProcess,
} from "./worker-processes.js";

const leaseTtlMs = 2_500;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Everything that crosses two runs or two activations: children, a gate, parks, a retry, a child that cannot start. The two slow
 * calls take longer than it can be until a lease is renewed, which is a third and a twelfth of its time to live.
 */
const sources = [
  `workflow family {
    parallel { call quick call slow }
    call slow
    call flaky { retries = 1 retry_delay = "1100ms" }
    script said { run = "echo said" }
    call workflow leaf { inputs { n = "0" } }
    call workflow missing { on_fail = continue }
    foreach each { over = range filter = { from = "1" to = "3" } workflow = leaf max_parallel = 2 inputs = { n = "{{item.id}}" } }
    gate human_approval { prompt = "go on?" }
    always { call cleanup }
  }`,
  "workflow leaf { inputs { n required } call work }",
  "workflow doomed { call workflow sleeper always { call cleanup } }",
  'workflow sleeper { sleep long { for = "1h" } always { call cleanup } }',
  "workflow poison { call work }",
  "workflow missing { call work }",
].map((source) => ({ source }));

const expected: Readonly<Record<string, string>> = {
  family: "completed",
  leaf: "completed",
  doomed: "cancelled",
  sleeper: "cancelled",
  poison: "failed",
};
const runsOf = { family: 1, leaf: 4, doomed: 1, sleeper: 1, poison: 1 };

export async function crashAt(
  point: CrashPoint,
  scene: { readonly redisUrl: string; readonly folder: string; readonly namespace: string },
): Promise<readonly string[]> {
  const place: ProcessPlace = { ...scene, leaseTtlMs, graceMs: 50 };
  const client = createClient({ redis: place.redisUrl, namespace: place.namespace, actor: "tester" });
  try {
    await client.publish(sources);
    // By the time it is called, its newest version cannot be started that way.
    await client.publish([{ source: "workflow missing { inputs { n required } call work }" }]);
    for (const workflow of ["family", "doomed"]) await client.start(workflow);
    const poison = point.when === "a run has killed too many" ? (await client.start("poison")).id : undefined;
    if (poison !== undefined) await killTooOften(place, poison);
    const victim = await startFaultyWorker(place, `${place.namespace}-victim`, { dieAt: point });
    const how = await lead(client, { victim, point, place });
    if (how !== "SIGKILL" || !victim.log().includes(`dying ${nameOf(point)}`))
      return [`the worker ended with ${how} and did not die there: ${victim.log().slice(-2_000)}`];
    const diedAt = Date.now();
    const finished = new Set((await finishedCalls(client)).map(({ key }) => key));
    const { ended, left } = await rescue(client, place, poison);
    const again = readLedger(place).filter(
      ({ what, key, at }) => what === "begun" && at > diedAt && finished.has(key),
    );
    return [
      ...again.map(({ key }) => `${key} had ended and was executed again`),
      ...wrongEnds(ended, point),
      ...left,
    ];
  } finally {
    await client.close();
  }
}

/** Answers its gate and cancels what is to be cancelled, until the worker has died; asks it to stop where it must. */
async function lead(
  client: FleetClient,
  { victim, point, place }: { victim: WorkerProcess; point: CrashPoint; place: ProcessPlace },
): Promise<number | string> {
  let how: number | string | undefined;
  void victim.ended.then((end) => {
    how = end;
  });
  return await eventually(`it dies ${nameOf(point)}`, async () => {
    if (how !== undefined) return how;
    await actAsPeople(client);
    const isBusy = readLedger(place).some(({ action, what }) => action === "slow" && what === "begun");
    if (point.when === "it is asked to stop" && isBusy) return await victim.end("SIGTERM");
    return undefined;
  }).catch(async (error: Error) => `${await victim.end("SIGKILL")} (${error.message})`);
}

async function actAsPeople(client: FleetClient): Promise<void> {
  for (const { runId, name } of (await client.gates({})).gates)
    await client.approve(runId, name).catch(() => undefined);
  const { runs } = await client.list({ workflow: "sleeper", status: "waiting" });
  for (const { parentId } of runs) if (parentId) await client.cancel(parentId).catch(() => undefined);
}

/** Another worker, and people who answer; nobody repairs anything. */
async function rescue(
  client: FleetClient,
  place: ProcessPlace,
  givenUp: string | undefined,
): Promise<{ readonly ended: readonly RunDocument[]; readonly left: readonly string[] }> {
  const worker = await createFleetWorker({
    ...{ redisUrl: place.redisUrl, namespace: place.namespace, config: configWith(ledgerOf(place)) },
    ...{ workDir: join(place.folder, `${place.namespace}-rescuer`), log: silent, leaseTtlMs, sweepMs: 400 },
  });
  try {
    await eventually("every run ends", async () => {
      await actAsPeople(client);
      const { runs } = await client.list({ limit: 100 });
      return runs.every(({ endedAt }) => endedAt !== null) ? true : undefined;
    }).catch(() => undefined);
    // What a dead worker left in the outbox is told to a sweeper after five seconds.
    await eventually(
      "Redis is tidy",
      async () => ((await leftovers(place, givenUp)).length === 0 ? true : undefined),
      12_000,
    ).catch(() => undefined);
    const { runs } = await client.list({ limit: 100 });
    const ended = await Promise.all(runs.map(({ id }) => client.get(id)));
    return { ended, left: await leftovers(place, givenUp) };
  } finally {
    await worker.stop();
  }
}

async function finishedCalls(client: FleetClient): Promise<readonly { readonly key: string }[]> {
  const { runs } = await client.list({ limit: 100 });
  const documents = await Promise.all(runs.map(({ id }) => client.get(id)));
  return documents.flatMap(({ id, steps }) =>
    steps
      .filter(({ kind, status }) => kind === "call" && status === "completed")
      .map(({ address }) => ({ key: `${id}:${address}` })),
  );
}

function wrongEnds(runs: readonly RunDocument[], { when }: CrashPoint): readonly string[] {
  const wanted = Object.entries(runsOf).filter(
    ([workflow]) => workflow !== "poison" || when === "a run has killed too many",
  );
  const wrong = runs.filter(({ workflow, status }) => status !== expected[workflow]);
  const twice = runs.flatMap(({ id, steps }) => {
    const ended = steps.filter(({ status }) => status === "completed").map(({ address }) => address);
    return ended
      .filter((address, index) => ended.indexOf(address) < index)
      .map((address) => `${id}:${address}`);
  });
  return [
    ...wrong.map(
      ({ id, workflow, status, error }) => `${workflow} ${id} is ${status}: ${error?.message ?? ""}`,
    ),
    ...twice.map((step) => `${step} is recorded as completed twice`),
    ...wanted.flatMap(([workflow, count]) => {
      const found = runs.filter((run) => run.workflow === workflow).length;
      return found === count ? [] : [`there are ${found} runs of ${workflow}, not ${count}`];
    }),
  ];
}

/** A run that was given up keeps its inbox: retried, it hears what came meanwhile. */
async function leftovers(
  { redisUrl, namespace }: ProcessPlace,
  givenUp: string | undefined,
): Promise<readonly string[]> {
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  try {
    const all = await readLeftovers(redis, partitionTag(namespace, 0));
    return all.filter((left) => givenUp === undefined || !left.includes(`:run:${givenUp}:inbox`));
  } finally {
    redis.disconnect();
  }
}

/** Owners that take the run and never give it away, as many as a run may have. */
async function killTooOften({ redisUrl, namespace }: ProcessPlace, runId: string): Promise<void> {
  const redis = connectRedis(redisUrl, { role: "client", tag: partitionTag(namespace, 0) });
  const store = createRedisStore({ redis, namespace });
  const leases = createRedlockLeases({ clients: [redis], namespace });
  for (let deaths = 0; deaths <= limits.recoveriesMax; deaths += 1) {
    const taken = await leases.acquire(runId, 10 * slowMs);
    if (taken.tag !== "held") throw new Error(`the lease of ${runId} is ${taken.tag}`);
    const { token: leaseToken } = taken.lease;
    await store.activate({ runId, leaseToken, owner: `dead-${deaths}`, recoveriesMax: limits.recoveriesMax });
    await leases.release(taken.lease);
  }
  await Promise.all([store.close(), leases.close()]);
  redis.disconnect();
}

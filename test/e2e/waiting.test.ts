/**
 * What runs wait for, with real worker processes on a Redis that restarts: time, an address that is asked again and again,
 * and several people at once in one family.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliProject, openProject } from "../support/built-cli.js";
import { ledgerVariable, placeVariable } from "../support/chaos/ledger.js";
import { type RestartableRedis, startRestartableRedis } from "../support/chaos/restartable-redis.js";
import { openTcpProxy } from "../support/chaos/tcp-proxy.js";
import { createWorkerPlace, type WorkerPlace } from "../support/chaos/worker-process.js";
import { eventually } from "../support/eventually.js";

const namespace = "waiting";
/** How late a sleep may end here: the lease of a killed worker, and a machine that has other things to do. */
const lateMsMax = 20_000;

let folder: string;
let redis: RestartableRedis;
let client: FleetClient;
let project: CliProject;
const places: WorkerPlace[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-waiting-"));
  redis = await startRestartableRedis(folder);
  for (const name of ["one", "two"]) {
    const wire = await openTcpProxy(redis.port);
    closing.push(() => wire.close());
    const env = {
      ...process.env,
      ...{ REDIS_URL: wire.url, RUNFLEET_NAMESPACE: namespace, RUNFLEET_HOME: join(folder, "home") },
      ...{
        RUNFLEET_LEASE_TTL_MS: "3000",
        [ledgerVariable]: join(folder, "ledger.txt"),
        [placeVariable]: name,
      },
    };
    places.push(createWorkerPlace({ name, folder, env, wire }));
  }
  client = createClient({ redis: redis.url, namespace });
  project = await openProject();
  await Promise.all(places.map((place) => place.start()));
});
afterAll(async () => {
  await client?.close();
  await Promise.all(places.map((place) => place.kill()));
  await Promise.all(closing.map((close) => close()));
  await redis?.stop();
  await project?.remove();
  await rm(folder, { recursive: true, force: true });
});

test("sleeps end at their time under load, though a worker is killed and Redis restarts meanwhile", async () => {
  const sleepMs = 5_000;
  await client.publish([
    { source: `workflow sleeper { sleep nap { for = "${sleepMs}ms" } }` },
    { source: "workflow busy { call one call two }" },
  ]);
  const sleepers = await Promise.all(Array.from({ length: 20 }, () => client.start("sleeper")));
  const load = await Promise.all(Array.from({ length: 60 }, () => client.start("busy")));
  await eventually("all sleep", async () => {
    const { runs } = await client.list({ workflow: "sleeper", status: "waiting" });
    return runs.length === sleepers.length ? true : undefined;
  });
  await places[0]?.kill();
  await redis.restart("SIGTERM");
  await places[0]?.start();
  for (const run of sleepers) {
    const { status, steps } = await run.result({ timeoutMs: 30_000 });
    const [nap] = steps;
    const sleptMs = Date.parse(nap?.endedAt ?? "") - Date.parse(nap?.startedAt ?? "");
    expect(status).toBe("completed");
    expect(sleptMs).toBeGreaterThanOrEqual(sleepMs);
    expect(sleptMs).toBeLessThan(sleepMs + lateMsMax);
  }
  for (const run of load) expect((await run.result({ timeoutMs: 30_000 })).status).toBe("completed");
});

test("an http gate outlives a broken server, says what is wrong, and passes when the answer is there", async () => {
  const broken = { status: 500, body: "broken" };
  const mended = [
    { status: 200, body: '{"state":"running"}' },
    { status: 200, body: '{"state":"success","note":"all green"}' },
  ];
  let isMended = false;
  let asked = 0;
  const server = createServer((_request, response) => {
    const { status, body } = (isMended && mended[asked]) || broken;
    if (isMended) asked += 1;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/builds/{{id}}`;
  const options = `url = "${url}" field = "state" text = "note" every = "1s"`;
  const source = `workflow release {
    inputs { id required }
    gate http { ${options} }
    script say { run = "echo {{gate_feedback}}" }
  }`;
  const run = await client.startDefinition({ source }, { inputs: { id: "7" } });
  const { sentence } = await eventually("the problem is told", async () => {
    const explanation = await client.explain(run.id);
    return explanation.sentence.includes("answered 500") ? explanation : undefined;
  });
  isMended = true;
  expect(sentence).toMatch(/resolver of "http" at gate "http" failed, is asked again at/);
  const { status, steps } = await run.result({ timeoutMs: 30_000 });
  expect({ status, said: steps.at(-1)?.context, asked }).toEqual({
    ...{ status: "completed", said: "all green\n", asked: 2 },
  });
});

test("gates of a family are open at once, each with the runs above it, and each takes one answer", async () => {
  await client.publish([
    { source: "workflow item { inputs { n required } gate human_review { options = [keep, drop] } }" },
    {
      source: `workflow all {
        foreach items {
          over = range filter = { from = "1" to = "3" } workflow = item max_parallel = 3 on_child_fail = continue
          inputs = { n = "{{item.id}}" }
        }
      }`,
    },
  ]);
  const parent = await client.start("all", { label: "batch 9" });
  const gates = await eventually("three gates are open", async () => {
    const page = await client.gates();
    return page.gates.length === 3 ? page.gates : undefined;
  });
  const [first, second, third] = gates.map(({ runId }) => runId);
  for (const gate of gates) expect(gate.ancestors).toMatchObject([{ runId: parent.id, label: "batch 9" }]);
  const at = ["--redis", redis.url, "--namespace", namespace];
  expect((await project.run(["gates", ...at])).stdout).toContain(`all ${parent.id}`);

  await client.approve(first ?? "", undefined, { selections: ["keep"], feedback: "fine", by: "ann" });
  const late = await project.run(["reject", first ?? "", ...at]);
  expect(late.code).toBe(4);
  expect(late.stderr).toContain("approved by ann");
  await expect(client.approve(second ?? "", undefined, { selections: ["burn"] })).rejects.toMatchObject({
    code: "invalid_input",
  });
  await client.reject(second ?? "", undefined, { feedback: "not this one", by: "bob" });
  await client.approve(third ?? "", undefined, { by: "ann" });

  const { steps } = await parent.result({ timeoutMs: 30_000 });
  expect(steps[0]?.progress).toMatchObject({ completed: 2, failed: 1 });
  const answered = await client.get(first ?? "");
  expect(answered.steps[0]).toMatchObject({ resultText: "approved by ann", context: "keep\nfine" });
  expect((await client.get(second ?? "")).steps[0]?.resultText).toBe("rejected by bob");
});

/** Workers and a server as processes of their own, scraped over HTTP and heard over OTLP: their counts are what was run. */
import { afterEach, expect, inject, test } from "vitest";
import { eventually } from "../support/eventually.js";
import { type OtlpReceiver, openOtlpReceiver } from "../support/otlp-receiver.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";
import { type ServerProcess, startServerProcess } from "../support/processes/server-process.js";
import type { WorkerProcess } from "../support/processes/worker-processes.js";
import { parsePrometheusText } from "../support/prometheus-text.js";

const workflows = [
  "workflow counted { call flaky { retries = 1 } call plain }",
  'workflow broken { script bad { run = "exit 1" } }',
  'workflow gated { gate human_approval { prompt = "go on?" } }',
  "workflow held { call held_step }",
];
/** Longer than a worker that lives is silent. */
const silentSeconds = 1;
const viewerSecret = "a-viewers-long-secret";

let fleet: ProcessFleet;
let receiver: OtlpReceiver;
let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.end();
  await fleet.clear();
  await receiver.close();
});

/** Values by the text of their labels, without the namespace and what is 0; of histograms the numbers of observations. */
function valuesOf(text: string, name: string): Readonly<Record<string, number>> {
  const { samples = [], type } = parsePrometheusText(text).get(name) ?? {};
  const wanted = type === "histogram" ? `${name}_count` : name;
  return Object.fromEntries(
    samples
      .filter((sample) => sample.name === wanted && sample.value > 0)
      .map(({ labels, value }) => {
        const { namespace, ...own } = labels;
        expect(namespace).toBe(fleet.place.namespace);
        return [Object.values(own).join(" "), value];
      }),
  );
}

async function scrape(url: string, secret?: string): Promise<string> {
  const headers: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  const response = await fetch(`${url}/metrics`, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

function healthUrl(worker: WorkerProcess): string {
  const [, port] = /"healthPort":(\d+)/.exec(worker.log()) ?? [];
  return `http://127.0.0.1:${port}`;
}

test("what workers and a server say about themselves is what happened", async () => {
  receiver = await openOtlpReceiver();
  fleet = await openProcessFleet({
    redisUrl: inject("redisUrl"),
    leaseTtlMs: 2_000,
    graceMs: 300,
    workflows,
  });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_METRIC_EXPORT_INTERVAL: "300",
    OTEL_TRACES_EXPORTER: "none",
  };
  const words = ["--health-port", "0"];
  const [first, serving] = await Promise.all([
    fleet.worker({ words, env }),
    startServerProcess(fleet.place, { ...env, RUNFLEET_API_TOKENS: `ann:viewer:${viewerSecret}` }),
  ]);
  server = serving;
  const counted = await Promise.all(Array.from({ length: 4 }, () => fleet.client.start("counted")));
  const broken = await fleet.client.start("broken");
  await fleet.client.start("gated");
  for (const { id } of [...counted, broken]) await fleet.client.result(id, { timeoutMs: 30_000 });
  await eventually("the gate is open", async () => (await fleet.client.gates()).gates[0]);

  const steps = {
    "call flaky failed": 4,
    "call flaky completed": 4,
    "call plain completed": 4,
    "script  failed": 1,
  };
  const ended = { "counted completed": 4, "broken failed": 1 };
  const activations = async () => valuesOf(await scrape(healthUrl(first)), "runfleet_activations_total");
  await expect.poll(activations).toEqual({ "default ended": 5, "default parked": 1 });
  const text = await scrape(healthUrl(first));
  expect(valuesOf(text, "runfleet_steps_total")).toEqual(steps);
  expect(valuesOf(text, "runfleet_schedule_to_start_seconds")).toEqual({ "default fresh": 6 });
  expect(valuesOf(text, "runfleet_worker_slots")).toEqual({ "": 32 });
  // With what the worker does beside them, however long that takes here: a bound for something that runs wild.
  const perStep = Number(valuesOf(text, "runfleet_redis_commands_total")[""]) / 13;
  expect(perStep).toBeGreaterThan(1);
  expect(perStep).toBeLessThan(500);

  expect((await fetch(`${serving.url}/metrics`)).status).toBe(401);
  const fleetText = async () => scrape(serving.url, viewerSecret);
  const runs = { completed: 4, failed: 1, waiting: 1 };
  await expect.poll(async () => valuesOf(await fleetText(), "runfleet_runs")).toEqual(runs);
  await expect.poll(async () => valuesOf(await fleetText(), "runfleet_runs_ended_total")).toEqual(ended);
  expect(valuesOf(await fleetText(), "runfleet_gates_open")).toEqual({ "": 1 });
  expect(valuesOf(await fleetText(), "runfleet_pool_workers")).toEqual({ default: 1 });

  await expect
    .poll(() => receiver.metrics("runfleet-worker").get("runfleet_steps_total"))
    .toEqual({ type: "sum", unit: "{attempts}", isMonotonic: true, temporality: 2, values: steps });
  await expect
    .poll(() => receiver.metrics("runfleet-server").get("runfleet_runs")?.values)
    .toMatchObject({ ...runs, pending: 0 });
  expect(receiver.metrics("runfleet-worker").get("runfleet_schedule_to_start_seconds")).toMatchObject({
    ...{ type: "histogram", unit: "s", values: { "default fresh": 6 } },
  });

  await fleet.client.start("gated", { pool: "nobody" });
  const oldest = async () => valuesOf(await fleetText(), "runfleet_pool_oldest_ready_seconds")["nobody"];
  await expect.poll(oldest).toBeGreaterThan(0);

  const held = await fleet.client.start("held");
  await fleet.noted({ action: "held_step", what: "begun" });
  expect(valuesOf(await scrape(healthUrl(first)), "runfleet_worker_slots_used")).toEqual({ "": 1 });
  await expect.poll(async () => valuesOf(await fleetText(), "runfleet_runs_owned")).toEqual({ "": 1 });
  const inHand = await fleetText();
  for (const [name, value] of [
    ["runfleet_pool_active_runs", 1],
    ["runfleet_pool_parked_runs", 1],
    ["runfleet_pool_slots", 32],
  ] as const)
    expect(valuesOf(inHand, name), name).toEqual({ default: value });
  await first.end("SIGKILL");
  const silence = async () => valuesOf(await fleetText(), "runfleet_silent_owner_seconds")[""];
  await expect.poll(silence).toBeGreaterThan(silentSeconds);
  const second = await fleet.worker({ words });
  fleet.free("held_step");
  await fleet.client.result(held.id, { timeoutMs: 30_000 });
  const afterwards = await scrape(healthUrl(second));
  expect(valuesOf(afterwards, "runfleet_takeovers_total")).toEqual({ default: 1 });
  expect(valuesOf(afterwards, "runfleet_schedule_to_start_seconds"), "of a takeover nobody knows").toEqual(
    {},
  );
});

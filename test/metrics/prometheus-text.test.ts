// What a process answers when it is scraped, read back by a parser of the format; and by Prometheus' own where it is installed.
import { execFileSync, spawnSync } from "node:child_process";
import { catalogue, createRecorder } from "@runfleet/metrics";
import { metricsPage, serveHealth } from "@runfleet/service";
import { expect, onTestFinished, test } from "vitest";
import { parsePrometheusText } from "../support/prometheus-text.js";

const promtool = process.env["PROMTOOL"] ?? "promtool";
const hasPromtool = spawnSync(promtool, ["--version"]).status === 0;

async function workerPage(): Promise<string> {
  const recorder = createRecorder("worker", "shop");
  recorder.counter("runfleet_steps_total").add(3, "call", 'a "b" \\ c\nd,e="f"', "completed");
  const wait = recorder.histogram("runfleet_schedule_to_start_seconds");
  for (const seconds of [0.003, 0.2, 9_999]) wait.record(seconds, "default", "fresh");
  recorder.gauge("runfleet_worker_slots").set(32);
  recorder.counter("runfleet_cost_usd_total").add(0.1 + 0.2, "w");
  return (await metricsPage(recorder)).text;
}

test("every metric comes with its help and type, and labels survive whatever people call things", async () => {
  const families = parsePrometheusText(await workerPage());
  for (const family of families.values()) {
    expect(family).toMatchObject({
      help: catalogue[family.name]?.meaning,
      type: catalogue[family.name]?.kind,
    });
  }
  expect(families.get("runfleet_steps_total")?.samples).toEqual([
    {
      name: "runfleet_steps_total",
      labels: { namespace: "shop", kind: "call", action: 'a "b" \\ c\nd,e="f"', outcome: "completed" },
      value: 3,
    },
  ]);
  expect(families.get("runfleet_worker_slots")?.samples[0]?.value).toBe(32);
  expect(families.get("runfleet_cost_usd_total")?.samples[0]?.value).toBe(0.1 + 0.2);
});

test("buckets of a histogram add up, and the last one has everything", async () => {
  const { samples = [] } =
    parsePrometheusText(await workerPage()).get("runfleet_schedule_to_start_seconds") ?? {};
  const upTo = (bound: string) => samples.find(({ labels }) => labels["le"] === bound)?.value;
  expect(["0.005", "0.1", "0.25", "1800", "+Inf"].map(upTo)).toEqual([1, 1, 2, 2, 3]);
  expect(samples.find(({ name }) => name.endsWith("_count"))?.value).toBe(3);
  expect(samples.find(({ name }) => name.endsWith("_sum"))?.value).toBeCloseTo(9_999.203);
});

test.skipIf(!hasPromtool)("Prometheus' own checker has nothing to say about it", async () => {
  const said = execFileSync(promtool, ["check", "metrics"], {
    input: await workerPage(),
    encoding: "utf8",
  });
  expect(said).toBe("");
});

test("a worker's port for health serves it, in a format that names itself", async () => {
  const recorder = createRecorder("worker", "shop");
  const health = await serveHealth({ host: "127.0.0.1", port: 0, unready: () => undefined, recorder });
  onTestFinished(() => health.stop());
  const response = await fetch(`http://127.0.0.1:${health.port}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(parsePrometheusText(await response.text()).has("runfleet_redis_commands_total")).toBe(true);
});

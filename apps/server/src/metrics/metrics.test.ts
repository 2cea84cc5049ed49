import { catalogue, createRecorder, type MetricEntry } from "@runfleet/metrics";
import { startServer } from "@runfleet/server";
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { sampleCommit } from "../../../../test/conformance/store/samples.js";
import { type ApiServer, openApiServer } from "../../../../test/support/api-server.js";
import { gateOf } from "../../../../test/support/client-fleet.js";
import { runInfo } from "../../../../test/support/engine/world.js";
import { parsePrometheusText } from "../../../../test/support/prometheus-text.js";
import { recordFleet } from "./fleet-gauges.js";

let server: ApiServer;
beforeAll(async () => {
  server = await openApiServer(inject("redisUrl"));
});
afterAll(() => server.close());

/** Values by the text of their labels, without the namespace, which all must have. */
function valuesIn(text: string, name: string): Readonly<Record<string, number>> {
  const samples = parsePrometheusText(text).get(name)?.samples ?? [];
  return Object.fromEntries(
    samples.map(({ labels: { namespace, ...own }, value }) => {
      expect(namespace).toBe(server.under.namespace);
      return [Object.values(own).join(" "), value];
    }),
  );
}

async function scraped(): Promise<string> {
  const { status, body, headers } = await server.ask("GET", "/metrics", { who: "viewer" });
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return body;
}

/** A reading may be a second old. */
async function eventuallyScraped(name: string, wanted: Readonly<Record<string, number>>): Promise<string> {
  await expect.poll(async () => valuesIn(await scraped(), name)).toMatchObject(wanted);
  return scraped();
}

describe("/metrics of a server", () => {
  test("says what lies in Redis: runs by status, gates, pools, memory", async () => {
    const { fleet, workOn } = server.under;
    const start = () => fleet.start("greet", { inputs: { whom: "ann" } });
    const [waiting, done] = [await start(), await start(), await start()];
    await workOn(waiting.id, { gate: gateOf(waiting.id) });
    await workOn(done.id);
    const text = await eventuallyScraped("runfleet_runs", {
      pending: 1,
      waiting: 1,
      completed: 1,
      failed: 0,
    });
    expect(valuesIn(text, "runfleet_gates_open")).toEqual({ "": 1 });
    expect(valuesIn(text, "runfleet_oldest_gate_seconds")[""]).toBeGreaterThanOrEqual(0);
    expect(valuesIn(text, "runfleet_runs_owned")).toEqual({ "": 0 });
    expect(valuesIn(text, "runfleet_pool_workers")).toEqual({ default: 0 });
    expect(valuesIn(text, "runfleet_pool_ready_runs")["default"]).toBeGreaterThanOrEqual(1);
    expect(valuesIn(text, "runfleet_pool_wanted_workers")["default"]).toBeGreaterThanOrEqual(1);
    expect(valuesIn(text, "runfleet_redis_used_memory_bytes")[""]).toBeGreaterThan(100_000);
    const bytes = valuesIn(text, "runfleet_fleet_bytes");
    expect(bytes["open_runs"]).toBeGreaterThan(1_000);
    expect(bytes["lists"]).toBeGreaterThan(1_000);
    expect(bytes["ended_runs"], "nobody has filed them").toBe(0);
    expect(valuesIn(text, "runfleet_runs_unattended_seconds")[""]).toBeGreaterThan(0);
    expect(valuesIn(text, "runfleet_fleet_readable")).toEqual({ "": 1 });
  });

  test("says what waits, and for how long: for a worker, a permit, the outbox, a schedule", async () => {
    const { fleet, store, take } = server.under;
    const inputs = { whom: "bob" };
    for (const _ of ["first", "in line"]) await fleet.start("greet", { inputs, concurrency: { limit: 1 } });
    await store.createRun({ ...runInfo({ id: "parent", rootId: "parent" }), createdAt: Date.now() });
    const { activation, release } = await take("parent");
    const { fence } = activation;
    const command = {
      type: "startChild",
      childId: "untold",
      address: "b.0",
      workflow: "greet",
      inputs,
    } as const;
    const entry = { id: "start", runId: "parent", type: "command", command } as const;
    await store.commit(sampleCommit(fence, { outbox: [entry] }));
    await release();
    const rule = { everyMs: 60_000, timezone: "UTC" };
    const spec = { ...rule, workflow: "greet", inputs, overlap: "skip", catchUpMs: 0 } as const;
    const late = { name: "late", spec: { ...spec, catchUp: "latest" }, dueAt: Date.now() - 5_000 } as const;
    await store.putSchedule(late);
    await eventuallyScraped("runfleet_runs_in_line", { "": 1 });
    const text = await eventuallyScraped("runfleet_outbox_entries", { "": 1 });
    expect(valuesIn(text, "runfleet_outbox_lag_seconds")[""]).toBeGreaterThan(0);
    expect(valuesIn(text, "runfleet_schedule_lag_seconds")[""]).toBeGreaterThanOrEqual(5);
    expect(valuesIn(text, "runfleet_redis_max_memory_bytes")[""]).toBeGreaterThanOrEqual(0);
  });

  test("has every metric of the catalogue that is a server's, but those of workflows of which nothing is kept", async () => {
    const isServers = ([, { from }]: [string, MetricEntry]) => from === "server";
    const names = Object.entries(catalogue)
      .filter(isServers)
      .map(([name]) => name);
    const there = [...parsePrometheusText(await scraped()).keys()];
    const optional = ["runfleet_kept_runs", "runfleet_kept_bytes"];
    expect(there.filter((name) => !optional.includes(name))).toEqual(
      names.filter((name) => !optional.includes(name)),
    );
  });

  test("needs a viewer's token where there are tokens, unless scrapers were let in without", async () => {
    expect((await server.ask("GET", "/metrics", { who: null })).status).toBe(401);
    const open = await startServer({
      fleet: server.under.fleet,
      ...{ port: 0, log: expect.unreachable },
      tokens: [{ name: "ann", role: "viewer", secret: "a-long-enough-secret" }],
      metrics: { recorder: createRecorder("server", server.under.namespace), isOpen: true },
    });
    onTestFinished(() => open.stop());
    const [metrics, fleet] = await Promise.all(
      ["/metrics", "/api/v1/fleet"].map((path) => fetch(`${open.url}${path}`)),
    );
    expect(metrics?.status).toBe(200);
    expect(fleet?.status).toBe(401);
  });
});

describe("the gauges of the fleet", () => {
  test("are read once a second, however many ask", async () => {
    const { fleet } = server.under;
    const counts = vi.fn(fleet.counts);
    const recorder = createRecorder("server", "shop");
    recordFleet(recorder, { fleet: { ...fleet, counts }, log: expect.unreachable });
    await Promise.all(Array.from({ length: 20 }, () => recorder.read()));
    expect(counts).toHaveBeenCalledTimes(1);
  });

  test("are gone while Redis cannot be read, which is said once", async () => {
    const { fleet } = server.under;
    let isAway = false;
    const counts = () => (isAway ? Promise.reject(new Error("away")) : fleet.counts());
    const recorder = createRecorder("server", "shop");
    const lines: string[] = [];
    recordFleet(recorder, { fleet: { ...fleet, counts }, log: (line) => lines.push(line) });
    const names = async () =>
      (await recorder.read()).filter(({ entry }) => entry.kind === "gauge").map(({ name }) => name);
    expect(await names()).toContain("runfleet_pool_workers");
    isAway = true;
    await expect.poll(names).toEqual(["runfleet_fleet_readable"]);
    expect((await recorder.read())[0]?.series[0]?.value).toBe(0);
    isAway = false;
    await expect.poll(names).toContain("runfleet_pool_workers");
    expect(lines).toEqual(["the fleet cannot be read for its metrics: Error: away"]);
  });
});

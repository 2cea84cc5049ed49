/**
 * `kill -9` of a worker process in the middle of the demo loses nothing: its runs go on on the other worker in time,
 * finished steps are not repeated, the report is the one of an audit that nobody disturbed.
 */
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type DemoProcess,
  type DemoReport,
  projectRoot,
  readReport,
  startDemo,
} from "../support/demo-process.js";
import { eventually } from "../support/eventually.js";

/** The default lease time and the promised margin. */
const takeoverMs = 10_000 + 2_000;

interface Killed {
  readonly at: number;
  readonly pid: number;
  /** Child runs the killed worker held at that moment. */
  readonly held: readonly string[];
}

describe("kill -9 of a worker in the middle of the demo", () => {
  let demo: DemoProcess;
  let client: FleetClient;
  let killed: Killed;
  let root: RunDocument;
  const histories = new Map<string, readonly HistoryEvent[]>();
  let report: DemoReport;
  let undisturbed: DemoReport;

  beforeAll(async () => {
    demo = await startDemo([]);
    const { redisUrl, namespace, workerPids } = await demo.state();
    client = createClient({ redis: redisUrl, namespace });
    const runId = await eventually("the demo run has started", async () => {
      const runs = await client.list({ workflow: "licence-audit" });
      return runs.runs[0]?.id;
    });
    killed = await killInTheMiddle(client, { runId, pid: workerPids[0] ?? 0 });
    root = await approvedToTheEnd(client, runId);
    for (const id of [root.id, ...root.children]) {
      const events: HistoryEvent[] = [];
      for await (const event of client.events(id, { until: "history" })) events.push(event);
      histories.set(id, events);
    }
    report = await demo.report();
    undisturbed = await auditAgain(client, join(demo.home, "reports", "undisturbed.md"));
  });
  afterAll(async () => {
    await client?.close();
    await demo.clean();
  });

  /** Those of the killed worker's runs that ended after its death: somebody else must have ended them. */
  const orphaned = (): string[] =>
    killed.held.filter(
      (id) => (histories.get(id)?.find((event) => event.type === "run.completed")?.at ?? 0) > killed.at,
    );

  it("really killed a worker in the middle of runs", () => {
    expect(orphaned().length).toBeGreaterThan(0);
  });

  it("lets the run complete", () => {
    expect(root.status).toBe("completed");
    expect(report.status).toBe("completed");
  });

  it("moves every run of the dead worker within lease time and two seconds", () => {
    for (const id of orphaned()) {
      const takeover = histories
        .get(id)
        ?.find((event) => event.type === "lease.acquired" && event.at > killed.at);
      expect(takeover, `nobody took ${id} over`).toBeDefined();
      expect((takeover?.at ?? 0) - killed.at).toBeLessThanOrEqual(takeoverMs);
    }
  });

  it("never starts a finished step again and records each result once", () => {
    for (const [id, events] of histories) {
      const finished = new Set<string>();
      for (const event of events) {
        if (event.type !== "step.started" && event.type !== "step.completed") continue;
        expect(finished.has(event.address), `${id}: ${event.type} ${event.address} after its end`).toBe(
          false,
        );
        if (event.type === "step.completed") finished.add(event.address);
      }
    }
  });

  it("starts no child twice and finds every package exactly once", () => {
    const items = root.steps.find((step) => step.name === "packages")?.progress;
    expect(items).toMatchObject({ failed: 0, skipped: 0, running: 0 });
    expect(root.children.length).toBe(items?.total);
    expect(report.packages).toBe(items?.total);
    expect(report.unread).toEqual([]);
  });

  it("reports the same as an audit that nobody disturbed: licences, findings, duplicates", () => {
    expect(undisturbed.findings.length).toBeGreaterThan(0);
    expect(undisturbed.duplicates.length).toBeGreaterThan(0);
    expect(report).toEqual(undisturbed);
  });
});

async function approvedToTheEnd(client: FleetClient, runId: string): Promise<RunDocument> {
  await eventually("the gate opens", async () => (await client.gates({ runId })).gates[0], 90_000);
  await client.approve(runId);
  return client.result(runId, { timeoutMs: 60_000 });
}

/** The same audit once more on the same fleet. */
async function auditAgain(client: FleetClient, report: string): Promise<DemoReport> {
  const run = await client.start("licence-audit", { inputs: { project: projectRoot, report } });
  await approvedToTheEnd(client, run.id);
  return readReport(report);
}

/** Waits until a good part of the items is done and the worker holds runs, then kills it without warning. */
async function killInTheMiddle(client: FleetClient, target: { runId: string; pid: number }): Promise<Killed> {
  const worker = await eventually("the worker is announced", async () => {
    const { workers } = await client.fleet();
    return workers.find((candidate) => candidate.pid === target.pid);
  });
  const held = await eventually("the worker holds runs in the middle of the fan-out", async () => {
    const run = await client.get(target.runId);
    if ((run.steps.find((step) => step.name === "packages")?.progress?.completed ?? 0) < 20) return undefined;
    const running = await client.list({ workflow: "licence-check", status: "running", limit: 100 });
    const own = running.runs.filter((row) => row.owner === worker.id).map((row) => row.id);
    return own.length > 0 ? own : undefined;
  });
  process.kill(target.pid, "SIGKILL");
  return { at: Date.now(), pid: target.pid, held };
}

/**
 * `kill -9` of a worker process in the middle of the licence audit loses nothing: its runs go on on the other worker in
 * time, finished steps are not repeated, the report is the one of an audit that nobody disturbed. What is audited are
 * packages of our own, few enough for a test.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient, type RunHandle } from "@runfleet/client";
import type { HistoryEvent, RunDocument } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { type DemoReport, projectRoot, readReport } from "../support/demo-process.js";
import { eventually } from "../support/eventually.js";

const leaseTtlMs = 3_000;
/** Promised are two seconds after the lease; a machine with other things to do takes longer. */
const takeoverMs = leaseTtlMs + 10_000;
const packages = 60;
const config = join(projectRoot, "examples", "licence-audit", "runfleet.config.ts");

interface Killed {
  readonly at: number;
  /** Child runs the killed worker held at that moment. */
  readonly held: readonly string[];
}

describe("kill -9 of a worker in the middle of an audit", () => {
  let project: CliProject;
  let dev: DevProcess;
  let client: FleetClient;
  let killed: Killed;
  let root: RunDocument;
  const histories = new Map<string, readonly HistoryEvent[]>();
  let report: DemoReport;
  let undisturbed: DemoReport;

  beforeAll(async () => {
    project = await openProject();
    await installPackages(join(project.folder, "node_modules"));
    const args = ["--port", "0", "--workers", "2", "--config", config];
    dev = await project.dev(args, { RUNFLEET_LEASE_TTL_MS: String(leaseTtlMs) });
    client = createClient({ redis: (await project.state()).redisUrl });
    // So long that a worker can be killed while it is at it.
    const run = await startAudit("disturbed", "1");
    killed = await killInTheMiddle(client, run.id);
    root = await approvedToTheEnd(client, run.id);
    for (const id of [root.id, ...root.children]) {
      const events: HistoryEvent[] = [];
      for await (const event of client.events(id, { until: "history" })) events.push(event);
      histories.set(id, events);
    }
    report = await readReport(join(project.folder, "disturbed"));
    await approvedToTheEnd(client, (await startAudit("undisturbed", "0")).id);
    undisturbed = await readReport(join(project.folder, "undisturbed"));
  });
  afterAll(async () => {
    await client?.close();
    await dev?.end("SIGTERM");
    await project?.remove();
  });

  const startAudit = (name: string, pause: string): Promise<RunHandle> =>
    client.start("licence-audit", {
      inputs: { project: project.folder, report: join(project.folder, name), pause },
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

  it("moves every run of the dead worker soon after its lease has run out", () => {
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
    expect([items?.total, root.children.length, report.packages]).toEqual([packages, packages, packages]);
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

/** Every sixth needs a review, every tenth is there in a second version, every fourth says its licence in a file only. */
async function installPackages(folder: string): Promise<void> {
  for (let n = 0; n < packages; n += 1) {
    const place = join(folder, `package-${n}`);
    await mkdir(place, { recursive: true });
    const isSecond = n % 10 === 9;
    const manifest = {
      name: `package-${isSecond ? n - 1 : n}`,
      version: isSecond ? "2.0.0" : "1.0.0",
      ...(n % 4 === 3 ? {} : { license: n % 6 === 0 ? "GPL-3.0" : "MIT" }),
    };
    await writeFile(join(place, "package.json"), JSON.stringify(manifest));
    if (n % 4 === 3) await writeFile(join(place, "LICENSE"), "MIT License\n");
  }
}

/** Waits until a good part of the items is done and a worker holds runs, then kills it without warning. */
async function killInTheMiddle(client: FleetClient, runId: string): Promise<Killed> {
  return await eventually("a worker holds runs in the middle of the fan-out", async () => {
    const run = await client.get(runId);
    if ((run.steps.find((step) => step.name === "packages")?.progress?.completed ?? 0) < 10) return undefined;
    const { workers } = await client.fleet();
    const busy = await running(client);
    const victim = workers.find(({ id }) => busy.some(({ owner }) => owner === id));
    return victim === undefined ? undefined : await killWhileHolding(client, victim);
  });
}

/** It stands still while its runs are looked at: they would end meanwhile. Without one it goes on. */
async function killWhileHolding(
  client: FleetClient,
  { id, pid }: { readonly id: string; readonly pid: number },
): Promise<Killed | undefined> {
  process.kill(pid, "SIGSTOP");
  const held = (await running(client)).filter(({ owner }) => owner === id).map((run) => run.id);
  process.kill(pid, held.length === 0 ? "SIGCONT" : "SIGKILL");
  return held.length === 0 ? undefined : { at: Date.now(), held };
}

async function running(client: FleetClient) {
  return (await client.list({ workflow: "licence-check", status: "running", limit: 100 })).runs;
}

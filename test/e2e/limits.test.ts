/**
 * Limits with real workers: two tenants of which one floods the fleet, a worker that is killed in the middle, a limit
 * that is raised while runs wait. What was executed when is read from a ledger that the action writes; it does not end
 * without the file "go", so that as many are at it as may be, on any machine.
 */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { eventually } from "../support/eventually.js";

const limit = 5;
const raised = 12;
const [many, few] = [200, 10];

const config = `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
export default {
  actions: [{
    name: "work",
    async run({ runId, variables }) {
      const note = (what) =>
        appendFileSync("ledger", [Date.now(), what, process.pid, variables.tenant, runId].join(" ") + "\\n");
      note("begin");
      do await pause(40); while (!existsSync("go"));
      note("end");
      return {};
    },
  }],
};
`;
const workflow = `workflow tenant-work {
  meta { concurrency { key = "{{tenant}}" limit = ${limit} } }
  inputs { tenant }
  call work
}`;

interface Note {
  readonly at: number;
  readonly what: "begin" | "end";
  readonly pid: number;
  readonly tenant: string;
  readonly runId: string;
}

let project: CliProject;
let dev: DevProcess;
let fleet: FleetClient;
/** Before this the limit was the first one. */
let raisedFrom = 0;
const killed = { at: 0, pid: 0 };

async function readLedger(): Promise<readonly Note[]> {
  const text = await readFile(join(project.folder, "ledger"), "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [at, what, pid, tenant = "", runId = ""] = line.split(" ");
      return { at: Number(at), what: what === "begin" ? "begin" : "end", pid: Number(pid), tenant, runId };
    });
}

const endsOf = (notes: readonly Note[], tenant: string): number[] =>
  notes.filter((note) => note.what === "end" && note.tenant === tenant).map(({ at }) => at);

const patientMs = 90_000;
const ended = (tenant: string, count: number): Promise<true> =>
  eventually(
    `${count} runs of ${tenant} have ended`,
    async () => (endsOf(await readLedger(), tenant).length >= count ? true : undefined),
    patientMs,
  );

/** Until so many have been at it at once, of which none ends yet. */
const full = (tenant: string, count: number): Promise<true> =>
  eventually(
    `${count} runs of ${tenant} are executed at once`,
    async () => (mostAtOnce(await readLedger(), tenant) >= count ? true : undefined),
    patientMs,
  );

/** Most executions of a tenant that overlap; one of the killed worker ends with its death. */
function mostAtOnce(notes: readonly Note[], tenant: string): number {
  let most = 0;
  const open = new Map<string, number>();
  for (const { what, pid, at, runId } of notes.filter((note) => note.tenant === tenant)) {
    if (what === "begin") open.set(runId, pid);
    else open.delete(runId);
    const alive = [...open.values()].filter((owner) => owner !== killed.pid || at < killed.at);
    most = Math.max(most, alive.length);
  }
  return most;
}

beforeAll(async () => {
  project = await openProject();
  await project.write("runfleet.config.mjs", config);
  dev = await project.dev(["--port", "0", "--workers", "2"], { RUNFLEET_LEASE_TTL_MS: "2000" });
  const { redisUrl } = await project.state();
  fleet = createClient({ redis: redisUrl });
  await fleet.publish([{ source: workflow }]);
  const start = (tenant: string) => fleet.start("tenant-work", { inputs: { tenant } });
  await Promise.all(Array.from({ length: many }, () => start("flood")));
  await Promise.all(Array.from({ length: few }, () => start("small")));
  await full("flood", limit);
  await project.write("go", "");
  await ended("flood", 20);
  killed.pid = (await readLedger()).at(-1)?.pid ?? 0;
  process.kill(killed.pid, "SIGKILL");
  killed.at = Date.now();
  await ended("flood", 80);
  await rm(join(project.folder, "go"));
  raisedFrom = Date.now();
  await fleet.setLimit("tenant-work", { perKey: raised });
  await full("flood", raised);
  await project.write("go", "");
  await eventually(
    "all runs have completed",
    async () => {
      const { runs } = await fleet.list({ workflow: "tenant-work", status: "completed", limit: 500 });
      return runs.length === many + few ? true : undefined;
    },
    patientMs,
  );
}, 400_000);

afterAll(async () => {
  await fleet?.close();
  await dev?.end("SIGTERM");
  await project.remove();
});

it("never executes more of a tenant at once than the limit, also not around the death of a worker", async () => {
  const before = (await readLedger()).filter(({ at }) => at < raisedFrom);
  expect(before.some(({ at, pid }) => at < killed.at && pid === killed.pid)).toBe(true);
  expect(mostAtOnce(before, "flood")).toBe(limit);
  expect(mostAtOnce(before, "small")).toBeLessThanOrEqual(limit);
});

it("lets the tenant with few runs end long before the one that floods", async () => {
  const notes = await readLedger();
  expect(Math.max(...endsOf(notes, "small"))).toBeLessThan(endsOf(notes, "flood")[60] ?? 0);
});

it("takes a raised limit at once, and goes no further", async () => {
  expect(mostAtOnce(await readLedger(), "flood")).toBe(raised);
});

it("loses no run and leaves nothing in line", async () => {
  const runs = new Set((await readLedger()).flatMap(({ what, runId }) => (what === "end" ? [runId] : [])));
  expect(runs.size).toBe(many + few);
  expect(await project.json(["limit", "list"])).toMatchObject({
    set: [{ workflow: "tenant-work", perKey: raised }],
    scopes: [],
  });
});

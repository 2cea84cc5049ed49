/**
 * Workers of the previous build and of today's on the same runs: a fleet is upgraded under long steps, gates and a foreach, goes
 * back, and is upgraded again. Every run ends as it should, no step that has ended is executed again, nobody is taken for dead.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunDocument } from "@runfleet/model";
import { connectRedis, partitionTag } from "@runfleet/store";
import { startEmbeddedRedis } from "@runfleet/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { previousBuild } from "../support/processes/previous-build.js";
import { openProcessFleet, type ProcessFleet } from "../support/processes/process-fleet.js";
import type { WorkerProcess } from "../support/processes/worker-processes.js";

const workflows = [
  `workflow rolled { inputs { id default = "none" } call quick call held_first
     gate human_approval { prompt = "go on?" timeout = "1h" } call held_second call last }`,
  "workflow kid { inputs { id required } call quick call held_first call last }",
  `workflow listed { foreach kids { over = range filter = { from = "1" to = "6" } workflow = kid max_parallel = 3
     inputs = { id = "{{item.id}}" } } call last }`,
  "workflow nested { call quick call workflow rolled call last }",
];
const buildMs = 600_000;

const previous = await previousBuild();
const title =
  previous === undefined
    ? "the previous build: skipped, since the history of this clone does not reach back to it"
    : `the build of ${previous.commit.slice(0, 12)} and today's`;

describe.skipIf(previous === undefined)(title, () => {
  let folder: string;
  let redis: Awaited<ReturnType<typeof startEmbeddedRedis>>;
  let fleet: ProcessFleet;
  const cli = previous?.cli ?? "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "runfleet-upgrade-"));
    redis = await startEmbeddedRedis({ dir: folder, appendOnly: false });
    fleet = await openProcessFleet({ redisUrl: redis.url, leaseTtlMs: 10_000, graceMs: 300, workflows });
  }, buildMs);
  afterAll(async () => {
    await fleet?.clear();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const old = (): Promise<WorkerProcess> => fleet.worker({ cli });
  const command = async (...words: readonly string[]): Promise<unknown> => {
    const place = ["--redis", redis.url, "--namespace", fleet.place.namespace, "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [cli, ...words, ...place]);
    return JSON.parse(stdout);
  };
  /** The other one takes over what this one has in hand; nothing is lost on the way. */
  const handOver = async (from: WorkerProcess, to: () => Promise<WorkerProcess>): Promise<WorkerProcess> => {
    const next = await to();
    expect(await from.end("SIGTERM")).toBe(0);
    return next;
  };
  const inHand = (action: string, { pid }: WorkerProcess, count: number) =>
    eventually(`${count} times ${action} in the hands of ${pid}`, () =>
      fleet.ledger({ action, what: "begun", pid }).length >= count ? true : undefined,
    );
  const approveAll = async (count: number): Promise<void> => {
    const gates = await eventually(`${count} gates are open`, async () => {
      const found = (await fleet.client.gates()).gates;
      return found.length === count ? found : undefined;
    });
    for (const { runId } of gates) await fleet.client.approve(runId);
  };
  const allRuns = async (): Promise<RunDocument[]> =>
    Promise.all((await fleet.client.list({ limit: 500 })).runs.map(({ id }) => fleet.client.get(id)));

  it("share their runs: forth, back and forth again", async () => {
    let worker = await old();
    const ours = await Promise.all(
      ["rolled", "rolled", "listed", "nested"].map((name) => fleet.client.start(name)),
    );
    const theirs = (await command("start", "rolled")) as { id: string };
    // Three runs, the child of `nested`, and three items.
    await inHand("held_first", worker, 7);
    worker = await handOver(worker, () => fleet.worker());
    await inHand("held_first", worker, 7);
    fleet.free("held_first");
    const parked = await eventually("four wait for a person", async () => {
      const { gates } = await fleet.client.gates();
      return gates.length === 4 ? gates : undefined;
    });
    worker = await handOver(worker, old);
    expect(await command("show", theirs.id)).toMatchObject({ id: theirs.id, status: "waiting" });
    expect(await command("gates")).toMatchObject({
      gates: expect.arrayContaining([expect.objectContaining({ runId: parked[0]?.runId })]),
    });
    await approveAll(4);
    await inHand("held_second", worker, 4);
    worker = await handOver(worker, () => fleet.worker());
    await inHand("held_second", worker, 4);
    fleet.free("held_second");
    for (const { id } of [...ours, theirs]) {
      expect(await fleet.client.result(id, { timeoutMs: 60_000 })).toMatchObject({ status: "completed" });
    }
    for (const { id, status, steps, recoveries } of await allRuns()) {
      expect({ id, status, recoveries, lost: await fleet.leasesLost(id) }).toEqual({
        id,
        status: "completed",
        recoveries: 0,
        lost: 0,
      });
      expect(steps.map(({ attempt }) => attempt)).toEqual(steps.map(() => 1));
    }
    const done = fleet.ledger({ what: "done" }).map(({ key }) => key);
    expect(new Set(done).size).toBe(done.length);
    const begun = fleet.ledger({ what: "begun" }).filter(({ action }) => !action.startsWith("held_"));
    expect(new Set(begun.map(({ key }) => key)).size).toBe(begun.length);
    await worker.end("SIGTERM");
  }, 180_000);

  it("part when the data says that the previous one is too old for it", async () => {
    const tag = partitionTag(fleet.place.namespace, 0);
    const data = connectRedis(redis.url, { role: "client", tag });
    const stamp = { version: "99", oldestWriter: "99", writtenBy: "9.9.0" };
    await data.hset(`${tag}:layout`, stamp);
    data.disconnect();
    const refused = await old();
    expect(await refused.ended).toBe(2);
    expect(refused.log()).toContain("incompatible_layout");
    expect(refused.log()).toContain("9.9.0");
  }, 60_000);
});

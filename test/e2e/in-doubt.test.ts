/**
 * `kill -9` of a worker in the middle of actions that take effect at most once: none is begun again by itself; a probe or a
 * person says what happened, and each run goes on from there.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { eventually } from "../support/eventually.js";

/** The first attempt of a run has its effect and hangs; a later one returns. */
const config = `import { appendFileSync, readFileSync } from "node:fs";
const timesOf = (runId) => readFileSync("effects", "utf8").split(runId).length - 1;
const action = {
  effect: "at-most-once",
  async run({ runId, signal }) {
    appendFileSync("effects", runId + " " + process.pid + "\\n");
    if (timesOf(runId) > 1) return { markers: ["charged"] };
    await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
  },
};
const probe = async ({ runId }) => (timesOf(runId) > 0 ? { done: { markers: ["found"] } } : { notDone: true });
export default { actions: [{ ...action, name: "charge" }, { ...action, name: "pay", probe }] };
`;
const names = ["retried", "done", "given-up", "probed"] as const;
type Name = (typeof names)[number];

describe("kill -9 in the middle of actions that take effect at most once", () => {
  let project: CliProject;
  let dev: DevProcess;
  let client: FleetClient;
  const ids = {} as Record<Name, string>;

  const effects = async (): Promise<string[][]> =>
    (await readFile(join(project.folder, "effects"), "utf8"))
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split(" "));
  const effectsOf = async (name: Name): Promise<number> =>
    (await effects()).filter(([id]) => id === ids[name]).length;
  const ended = (name: Name): Promise<RunDocument> => client.result(ids[name], { timeoutMs: 30_000 });

  beforeAll(async () => {
    project = await openProject();
    await project.write("effects", "");
    await project.write("runfleet.config.mjs", config);
    dev = await project.dev(["--port", "0", "--workers", "1"], { RUNFLEET_LEASE_TTL_MS: "1000" });
    client = createClient({ redis: (await project.state()).redisUrl });
    for (const name of names) {
      const action = name === "probed" ? "pay" : "charge";
      ids[name] = (await client.startDefinition({ source: `workflow ${action}ing { call ${action} }` })).id;
    }
    const begun = await eventually("all are in the middle", async () => {
      const lines = await effects();
      return lines.length === names.length ? lines : undefined;
    });
    process.kill(Number(begun[0]?.[1]), "SIGKILL");
    await eventually("three people are asked", async () => {
      const { gates } = await client.gates();
      return gates.length === 3 || undefined;
    });
  });
  afterAll(async () => {
    await client?.close();
    await dev?.end("SIGTERM");
    await project.remove();
  });

  it("a probe that knows ends the step", async () => {
    const { status, steps } = await ended("probed");
    expect([status, steps[0]?.attempt, steps[0]?.markers]).toEqual(["completed", 1, ["found"]]);
    expect(await effectsOf("probed")).toBe(1);
  });

  it("the run says what it waits for, and refuses an answer that is none", async () => {
    const explained = await project.run(["explain", ids.retried]);
    expect(explained.stdout).toMatch(
      /"charge" is in doubt since .* Did step 'charge' have its effect\?[\s\S]*--select retry/,
    );
    const vague = await project.run(["approve", ids.retried]);
    expect([vague.code, vague.stderr]).toEqual([
      2,
      expect.stringContaining("wants one selection: retry, done, fail"),
    ]);
    expect((await client.get(ids.retried)).status).toBe("waiting");
  });

  it("a person lets it run again, says that it is done, or gives it up", async () => {
    await project.json(["approve", ids.retried, "charge", "--select", "retry"]);
    await project.json([
      "approve",
      ids.done,
      "charge",
      "--result",
      '{"markers": ["seen"], "output": {"n": 7}}',
    ]);
    await client.reject(ids["given-up"], "charge", { feedback: "too late" });
    expect((await ended("retried")).steps).toMatchObject([{ attempt: 1, markers: ["charged"] }]);
    expect((await ended("done")).steps).toMatchObject([{ attempt: 1, markers: ["seen"], output: { n: 7 } }]);
    expect(await ended("given-up")).toMatchObject({ status: "failed", error: { code: "in_doubt" } });
    expect([await effectsOf("retried"), await effectsOf("done"), await effectsOf("given-up")]).toEqual([
      2, 1, 1,
    ]);
  });
});

/** A step that kills its worker each time is given up after a few workers, visibly, and hurts no other run. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { limits } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";

const config = `import { appendFileSync, existsSync } from "node:fs";
export default {
  actions: [{
    name: "die",
    async run({ attempt }) {
      if (existsSync("mended")) return { context: "lived" };
      appendFileSync("executions", attempt + "\\n");
      process.kill(process.pid, "SIGKILL");
    },
  }],
};
`;

const sources = [
  "workflow poison { call die }",
  'workflow harmless { script a { run = "sleep 1" } script b { run = "echo b" } }',
].map((source) => ({ source }));

describe("a poison step", () => {
  let project: CliProject;
  let dev: DevProcess;
  let client: FleetClient;
  let poisonId: string;

  beforeAll(async () => {
    project = await openProject();
    await project.write("runfleet.config.mjs", config);
    dev = await project.dev(["--port", "0", "--workers", "2"], { RUNFLEET_LEASE_TTL_MS: "1000" });
    client = createClient({ redis: (await project.state()).redisUrl });
    await client.publish(sources);
  });
  afterAll(async () => {
    await client?.close();
    await dev?.end("SIGTERM");
    await project.remove();
  });

  it("fails its run with crash_loop after the last allowed takeover", async () => {
    const run = await client.start("poison");
    poisonId = run.id;
    const ended = await run.result({ timeoutMs: 90_000 });
    expect(ended).toMatchObject({ status: "failed", error: { code: "crash_loop" } });
    const executions = (await readFile(join(project.folder, "executions"), "utf8")).trim().split("\n");
    expect(executions).toEqual(Array.from({ length: limits.recoveriesMax + 1 }, () => "1"));
  });

  it("goes on where it was when it is retried after the cause was mended", async () => {
    await project.write("mended", "");
    await client.retry(poisonId);
    const ended = await client.result(poisonId, { timeoutMs: 60_000 });
    expect(ended).toMatchObject({ status: "completed", error: null, recoveries: 0 });
    await rm(join(project.folder, "mended"));
  });

  it("lets the runs complete that were beside it each time", async () => {
    const names = ["harmless", "harmless", "poison", "harmless", "harmless"];
    const runs = await Promise.all(names.map((name) => client.start(name)));
    const harmless = runs.filter((_, index) => names[index] === "harmless");
    for (const run of harmless) expect((await run.result({ timeoutMs: 90_000 })).status).toBe("completed");
  });
});

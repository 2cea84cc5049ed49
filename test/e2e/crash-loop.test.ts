/** A step that kills its worker each time is given up after a few workers, visibly, and hurts no other run. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";

const config = `import { appendFileSync } from "node:fs";
export default {
  actions: [{
    name: "die",
    async run({ attempt }) {
      appendFileSync("executions", attempt + "\\n");
      process.kill(process.pid, "SIGKILL");
    },
  }],
};
`;

interface Shown {
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly recoveries: number;
}

describe("a poison step", () => {
  let project: CliProject;
  let dev: DevProcess;

  beforeAll(async () => {
    project = await openProject();
    await project.write("runfleet.config.mjs", config);
    await project.write("poison.wf", "workflow poison { call die }");
    await project.write(
      "harmless.wf",
      'workflow harmless { script a { run = "sleep 1" } script b { run = "echo b" } }',
    );
    dev = await project.dev(["--port", "0", "--workers", "2"], { RUNFLEET_LEASE_TTL_MS: "1000" });
  });
  afterAll(async () => {
    await dev?.end("SIGTERM");
    await project.remove();
  });

  it("fails its run with crash_loop after the last allowed takeover", async () => {
    const { id } = (await project.json(["start", "poison.wf"])) as { readonly id: string };
    const show = async (): Promise<Shown> => (await project.json(["show", id])) as Shown;
    await expect
      .poll(show, { timeout: 60_000, interval: 500 })
      .toMatchObject({ status: "failed", error: { code: "crash_loop" } });
    const executions = (await readFile(join(project.folder, "executions"), "utf8")).trim().split("\n");
    expect(executions).toEqual(Array.from({ length: limits.recoveriesMax + 1 }, () => "1"));
  });

  it("lets another run beside it complete", async () => {
    const { id } = (await project.json(["start", "harmless.wf"])) as { readonly id: string };
    await project.json(["start", "poison.wf"]);
    const show = async (): Promise<Shown> => (await project.json(["show", id])) as Shown;
    await expect.poll(show, { timeout: 60_000, interval: 500 }).toMatchObject({ status: "completed" });
  });
});

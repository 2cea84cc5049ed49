/** A step that kills its worker each time is given up after a few workers, visibly, and hurts no other run. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
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

interface Shown {
  readonly status: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly recoveries: number;
}

interface List {
  readonly runs: readonly { readonly id: string; readonly status: string }[];
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

  it("goes on where it was when it is retried after the cause was mended", async () => {
    const { runs } = (await project.json(["list", "--status", "failed", "--workflow", "poison"])) as List;
    const [poison] = runs;
    await project.write("mended", "");
    await project.json(["retry", poison?.id ?? ""]);
    const show = async (): Promise<Shown> => (await project.json(["show", poison?.id ?? ""])) as Shown;
    await expect
      .poll(show, { timeout: 30_000, interval: 500 })
      .toMatchObject({ status: "completed", error: null, recoveries: 0 });
    await rm(join(project.folder, "mended"));
  });

  it("lets the runs complete that were beside it each time", async () => {
    const ids: string[] = [];
    for (const file of ["harmless.wf", "harmless.wf", "poison.wf", "harmless.wf", "harmless.wf"]) {
      const { id } = (await project.json(["start", file])) as { readonly id: string };
      if (file === "harmless.wf") ids.push(id);
    }
    const statuses = async (): Promise<string[]> => {
      const { runs } = (await project.json(["list", "--workflow", "harmless"])) as List;
      return runs.filter(({ id }) => ids.includes(id)).map(({ status }) => status);
    };
    const completed = ids.map(() => "completed");
    await expect.poll(statuses, { timeout: 90_000, interval: 500 }).toEqual(completed);
  });
});

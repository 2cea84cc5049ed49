/**
 * Families of three levels on real worker processes that are killed: two parents of 30 children each, each child with a
 * child of its own. Every run of the family is started once, none is forgotten, results and totals come up to the root.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type FleetClient, type StartedRun } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { eventually } from "../support/eventually.js";

const children = 30;
const parents = 2;

/** Every execution is told to a file outside, by run and address; the leaf says what it was given. */
const config = `import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
export default {
  actions: [],
  fallback: {
    name: "work",
    async run({ runId, idempotencyKey, variables }) {
      await pause(100);
      appendFileSync("executions", idempotencyKey + "\\n");
      return { markers: ["done"], context: "worked", output: { n: variables.n }, usage: { turns: 1, costUsd: 0.5 } };
    },
  },
};
`;

const workflows = {
  "leaf.wf": "workflow leaf { inputs { n required } call work }",
  "middle.wf":
    'workflow middle { inputs { n required } call before call workflow leaf { inputs { n = "{{n}}" } } }',
  "top.wf": `workflow top {
    inputs { list required }
    foreach all { over = json filter = { from = "list" } workflow = middle max_parallel = 8 inputs = { n = "{{item.id}}" } }
  }`,
};

describe("families under kill -9", () => {
  let project: CliProject;
  let dev: DevProcess;
  let fleet: FleetClient;
  const killed = new Set<number>();
  const roots: RunDocument[] = [];

  beforeAll(async () => {
    project = await openProject();
    await project.write("runfleet.config.mjs", config);
    for (const [name, text] of Object.entries(workflows)) await project.write(name, text);
    dev = await project.dev(["--port", "0", "--workers", "2"], { RUNFLEET_LEASE_TTL_MS: "1500" });
    fleet = createClient({ redis: (await project.state()).redisUrl });
    await fleet.publish(Object.values(workflows).map((source) => ({ source })));
    const list = JSON.stringify(Array.from({ length: children }, (_, n) => n));
    const runs = await fleet.startMany(
      Array.from({ length: parents }, () => ({ workflow: "top", inputs: { list } })),
    );
    const started = runs.flatMap((each): StartedRun[] => (each.type === "started" ? [each.run] : []));
    for (const share of [0.2, 0.5]) await killWhenDone(share * parents * children);
    for (const run of started) roots.push(await run.result({ timeoutMs: 60_000 }));
  });
  afterAll(async () => {
    await fleet?.close();
    await dev?.end("SIGTERM");
    await project.remove();
  });

  /** Kills a worker that holds runs, once so many leaves have been executed. */
  async function killWhenDone(leaves: number): Promise<void> {
    await eventually(
      "enough leaves were executed",
      async () => ((await executions()).length >= 2 * leaves ? true : undefined),
      60_000,
    );
    const victim = await eventually("a worker holds runs", async () => {
      const { runs } = await fleet.list({ status: "running" });
      const { workers } = await fleet.fleet();
      return workers.find(({ id, pid }) => !killed.has(pid) && runs.some(({ owner }) => owner === id));
    });
    process.kill(victim.pid, "SIGKILL");
    killed.add(victim.pid);
  }

  const executions = async (): Promise<string[]> =>
    (await readFile(join(project.folder, "executions"), "utf8").catch(() => "")).split("\n").slice(0, -1);

  const idsOf = async (workflow: string): Promise<string[]> => {
    const { runs } = await fleet.list({ workflow, limit: 500 });
    expect(runs.filter(({ status }) => status !== "completed")).toEqual([]);
    return runs.map(({ id }) => id);
  };

  it("completes both families although workers died", () => {
    expect(killed.size).toBe(2);
    expect(roots.map(({ status }) => status)).toEqual(["completed", "completed"]);
    for (const root of roots) {
      expect(root.steps[0]?.progress).toEqual({
        total: 30,
        running: 0,
        completed: 30,
        failed: 0,
        skipped: 0,
      });
    }
  });

  it("starts each child once and forgets none", async () => {
    const middles = await idsOf("middle");
    const leaves = await idsOf("leaf");
    expect([middles.length, leaves.length]).toEqual([parents * children, parents * children]);
    // Outside: each step of each run was executed, under the one key it has; again only where a worker died over it.
    const keys = await executions();
    const expected = [...middles.map((id) => `${id}:b.0`), ...leaves.map((id) => `${id}:b.0`)];
    expect([...new Set(keys)].sort()).toEqual(expected.sort());
  });

  it("brings results and totals up to the roots, each once", () => {
    for (const root of roots) {
      expect(root.totals).toMatchObject({ turns: 2 * children, costUsd: children });
      const output = root.steps[0]?.output as { readonly items: readonly unknown[] } | undefined;
      const items = output?.items ?? [];
      expect(items).toHaveLength(children);
      expect(items).toContainEqual({ item_id: "7", status: "completed", output: { n: "7" } });
    }
  });
});

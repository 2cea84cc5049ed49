/** What a worker's log says of a step, and that each line says whose it is. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@runfleet/client";
import { createFleetWorker, defineAction } from "@runfleet/worker";
import { expect, inject, test } from "vitest";

test("a line of a step says run, workflow, address, attempt, generation and worker", async () => {
  const place = { redisUrl: inject("redisUrl"), namespace: `log-${randomUUID().slice(0, 8)}` };
  const workDir = await mkdtemp(join(tmpdir(), "runfleet-log-"));
  const lines: Record<string, unknown>[] = [];
  const keep =
    (level: string) =>
    (msg: string, fields?: object): void =>
      void lines.push({ level, msg, ...fields });
  const greet = defineAction({
    name: "greet",
    run: async ({ log, attempt }) => {
      log.warn("hello", { to: "you" });
      if (attempt === 1) throw new Error("once more");
      return {};
    },
  });
  const worker = await createFleetWorker({
    ...{ ...place, workDir, workerId: "w1", config: { actions: [greet] } },
    log: (component) => ({
      debug: keep(`${component} debug`),
      info: keep(`${component} info`),
      warn: keep(`${component} warn`),
      error: keep(`${component} error`),
    }),
  });
  const fleet = createClient({ redis: place.redisUrl, namespace: place.namespace });
  try {
    const run = await fleet.startDefinition({ source: "workflow greeting { call greet { retries = 1 } }" });
    const { steps } = await run.result({ timeoutMs: 20_000 });
    const { generation } = await run.get();
    const address = steps[0]?.address;
    const own = { runId: run.id, workflow: "greeting", generation, worker: "w1" };
    expect(lines.filter(({ level }) => String(level).startsWith("step"))).toEqual([
      { level: "step debug", msg: "began", type: "runAction", address, attempt: 1, ...own },
      { level: "step warn", msg: "hello", to: "you", address, attempt: 1, ...own },
      { level: "step debug", msg: "ended", outcome: "failed", address, attempt: 1, ...own },
      { level: "step debug", msg: "began", type: "runAction", address, attempt: 2, ...own },
      { level: "step warn", msg: "hello", to: "you", address, attempt: 2, ...own },
      { level: "step debug", msg: "ended", outcome: "succeeded", address, attempt: 2, ...own },
    ]);
    await expect
      .poll(() => lines)
      .toContainEqual({
        ...{ level: "run debug", msg: "run left", disposition: "ended", ...own },
      });
  } finally {
    await fleet.close();
    await worker.stop();
    await rm(workDir, { recursive: true, force: true });
  }
});

/**
 * Executes an example as its reader would: its workflows published, its configuration in a real worker on a real Redis, its
 * runs started and answered. What `runfleet show` then says is compared with the example's `expected.txt`.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type FleetClient, type StartOptions } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import { createFleetWorker, type WorkerConfig } from "@runfleet/worker";
import { expect } from "vitest";
import { renderRun } from "../../apps/cli/src/render/run-tree.js";
import { fakeTerminal } from "../support/fake-terminal.js";

const rootFolder = fileURLToPath(new URL("../../examples/", import.meta.url));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface ExampleFleet {
  readonly fleet: FleetClient;
  /** Starts a run, answers it, and waits for its end. */
  run(
    workflow: string,
    options?: StartOptions,
    answer?: (runId: string) => Promise<void>,
  ): Promise<RunDocument>;
  /** Compares what people are shown of these runs with `expected.txt`; `RUNFLEET_REWRITE=1` writes it. */
  expectShown(runs: readonly RunDocument[]): void;
  close(): Promise<void>;
}

export async function openExample(folder: string, redis: string): Promise<ExampleFleet> {
  const dir = join(rootFolder, folder);
  const namespace = `example-${randomUUID().slice(0, 8)}`;
  const workDir = mkdtempSync(join(tmpdir(), "runfleet-example-"));
  const loaded = (await import(join(dir, "runfleet.config.ts"))) as { readonly default: WorkerConfig };
  const fleet = createClient({ redis, namespace });
  const files = readdirSync(dir).filter((name) => name.endsWith(".wf"));
  await fleet.publish(files.map((file) => ({ source: readFileSync(join(dir, file), "utf8"), file })));
  const worker = await createFleetWorker({
    ...{ redisUrl: redis, namespace, workDir, log: silent, concurrency: 32, graceMs: 0 },
    config: { ...loaded.default, root: dir },
  });
  return {
    fleet,
    run: async (workflow, options, answer) => {
      const run = await fleet.start(workflow, options);
      await answer?.(run.id);
      await fleet.result(run.id, { timeoutMs: 40_000 });
      return fleet.get(run.id);
    },
    expectShown: (runs) => {
      const file = join(dir, "expected.txt");
      const shown = `${runs.map(shownText).join("\n\n")}\n`;
      if (process.env["RUNFLEET_REWRITE"] === "1") writeFileSync(file, shown);
      expect(shown).toBe(readFileSync(file, "utf8"));
    },
    close: async () => {
      await worker.stop();
      await fleet.close();
      rmSync(workDir, { recursive: true, force: true });
    },
  };
}

/** Without ids and times, which differ from run to run. */
function shownText(run: RunDocument): string {
  const colours = fakeTerminal().cli.terminal.out;
  return renderRun(run, { colours, now: Date.parse(run.endedAt ?? ""), columns: 120, program: "runfleet" })
    .replaceAll(run.id, "RUN")
    .replace(/\b[0-9A-HJKMNP-TV-Z]{26}\b/g, "CHILD")
    .replace(/\b\d+(\.\d+)? ?(ms|s)\b/g, "…")
    .replace(/ +$/gm, "");
}

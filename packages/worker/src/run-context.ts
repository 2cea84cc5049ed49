/** What the worker's configuration says about a run, if it says anything of runs. Its code is the owner's and may let errors escape. */
import type { RunRecord } from "@runfleet/model";
import type { RunContext, WorkerConfig } from "./config.js";
import { watchEscapes } from "./escaped-errors.js";
import type { WorkWatch } from "./local-work.js";

export function askRunContext(
  run: RunRecord,
  config: Pick<WorkerConfig, "runContext">,
  watchWork: WorkWatch | undefined,
): Promise<RunContext> | undefined {
  if (config.runContext === undefined) return undefined;
  const asking = watchEscapes({ runId: run.id }, async () => config.runContext?.(run) ?? {});
  watchWork?.(asking, `runContext of run ${run.id}`);
  return asking;
}

/** Publishes workflow files, and all workflow files of directories; all of them or none. */
import type { FleetClient, PublishedVersion } from "@runfleet/client";
import { readWorkflowPaths } from "./workflow-files.js";

/** Relative paths start at `cwd`. Throws `workflow_not_found` for a missing file, `invalid_definition`, `too_large`. */
export async function publishFiles(
  client: FleetClient,
  paths: readonly string[],
  cwd: string = process.cwd(),
): Promise<readonly PublishedVersion[]> {
  return client.publish(await readWorkflowPaths(paths, cwd));
}

/** Where the demo's project and configuration lie in a clone. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { RunfleetError } from "@runfleet/model";

export interface DemoFiles {
  /** Root of the clone: the project whose packages are audited. */
  readonly project: string;
  /** Configuration of the demo's workers; its folder holds the workflows. */
  readonly config: string;
}

/** Throws `invalid_usage` when this is not a clone: the installed command comes without the examples. */
export function demoFiles(): DemoFiles {
  const project = resolve(fileURLToPath(new URL("../../../../", import.meta.url)));
  const config = join(project, "examples", "licence-audit", "runfleet.config.ts");
  if (!existsSync(config)) {
    throw new RunfleetError(
      "invalid_usage",
      "the demo needs a clone of the repository: run `npm start` at its root",
    );
  }
  return { project, config };
}

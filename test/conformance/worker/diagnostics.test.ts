// Group X of the reference's tests: the log files of a run. There each run has one; here the log is the worker's, and a run
// has files of its own for what its scripts and agents print beyond what is kept.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunScript } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { expect, test } from "vitest";
import { runScript } from "../../../packages/worker/src/perform/run-script.js";
import { script } from "../../support/engine/definitions.js";
import { folderWith, performContext } from "../../support/worker/attempts.js";

const flood = `head -c ${limits.scriptStreamBytesMax + 100} /dev/zero | tr '\\0' x`;

function run(command: string, logDir: string) {
  const asked: RunScript = {
    type: "runScript",
    address: "b.0",
    attempt: 1,
    retriesRemaining: 0,
    variables: {},
    timeoutMs: 60_000,
    dryRun: false,
    node: script("flood"),
    command,
    env: {},
    inputs: {},
  };
  return runScript(asked, performContext({ context: { logDir } }), new AbortController().signal);
}

test("T-DIAG-01 a new folder for the logs of a run is made, and the file is in it", async () => {
  const logDir = join(folderWith(), "logs", "01JABCDEFGHJKMNPQRSTVWXYZ0");
  expect(await run(flood, logDir)).toMatchObject({ type: "succeeded" });
  expect(readdirSync(logDir)).toEqual(["b.0.1.stdout.log"]);
});

test("T-DIAG-02 a folder that cannot be made hurts nobody, and the failure that was is the one that is told", async () => {
  const folder = folderWith();
  writeFileSync(join(folder, "logs"), "a file in its place");
  expect(await run(`${flood}; echo broken >&2; exit 3`, join(folder, "logs", "run"))).toMatchObject({
    type: "failed",
    error: { message: 'script "flood" failed with exit code 3: broken' },
  });
});

/** Agents on a real fleet: what a worker's configuration says about files, schemas and programs reaches its runs. */
import { randomUUID } from "node:crypto";
import { createClient, type FleetClient } from "@runfleet/client";
import { createFleetWorker, execAgent, type FleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { folderWith } from "../support/worker/attempts.js";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const namespace = `agents-${randomUUID().slice(0, 8)}`;
const root = folderWith({
  "agents/judge.md": "of the project",
  "schemas/verdict.yaml": "fields: { approved: boolean, summary: string }\n",
});
const workingDir = folderWith({ "agents/judge.md": "of the working directory" });
/** Answers wrongly at first, then rightly, with the first line of what the prompt says about it. */
const answer = `prompt=$(cat); case "$RUNFLEET_ATTEMPT" in
1) json='{"approved":"yes","usage":{"costUsd":1}}';;
*) json='{"approved":false,"summary":"'$(echo "$prompt" | grep -o -e 'of the [a-z ]*' -e 'must be a boolean' | tr '\\n' ';')'","usage":{"costUsd":2}}';;
esac; echo "<<<FLOW_OUTPUT>>>$json<<<END_FLOW_OUTPUT>>>"`;

let fleet: FleetClient;
let worker: FleetWorker;
beforeAll(async () => {
  const redisUrl = inject("redisUrl");
  fleet = createClient({ redis: redisUrl, namespace });
  worker = await createFleetWorker({
    ...{ redisUrl, namespace, log: silent, workDir: folderWith() },
    config: {
      ...{ root, schemas: "schemas" },
      fallback: execAgent({ command: "sh", args: ["-c", answer] }),
      runContext: () => ({ workingDir }),
    },
  });
});
afterAll(async () => {
  await worker.stop();
  await fleet.close();
});

async function execute(source: string) {
  const run = await fleet.startDefinition({ source }, {});
  return run.result({ timeoutMs: 30_000 });
}

test("an agent whose answer does not fit is asked again with the reason, and later steps see what follows from it", async () => {
  const run = await execute(`workflow judged {
    call judge { output = verdict retries = 1 }
    if judge.not_approved { script tell { run = "echo {{summary}}" } }
  }`);
  expect(run.steps.map(({ name, attempt, status, context }) => [name, attempt, status, context])).toEqual([
    ["judge", 1, "failed", null],
    ["judge", 2, "completed", "must be a boolean;of the working directory;"],
    ["tell", 1, "completed", "must be a boolean;of the working directory;\n"],
  ]);
  expect(run.totals.costUsd).toBe(3);
});

test("a foreach goes through ended runs", async () => {
  const failing = await execute('workflow fails { script s { run = "exit 1" } }');
  await fleet.publish([
    { source: 'workflow look { script s { run = "echo {{item.id}} {{item.workflow_name}}" } }' },
  ]);
  const run = await execute(`workflow sweep {
    foreach failed_runs {
      over = workflow_runs filter = { status = "failed" } workflow = look max_parallel = 2
    }
  }`);
  expect(run.status).toBe("completed");
  expect(run.steps[0]?.output).toMatchObject({ items: [{ item_id: failing.id, status: "completed" }] });
});

// Lets the product's own worker go on with the runs of a snapshot, answers whom they ask, and tells how each has ended and what was
// executed on the way.
import { createClient } from "@runfleet/client";
import { createFleetWorker } from "@runfleet/worker";
import { configOf, laterPool, namespace, secretKeys, until } from "./scene.mjs";

/**
 * @typedef {{ status: string, steps: string[] }} End  steps: name, status and attempt
 * @typedef {{ ends: Record<string, End>, executed: string[] }} Finished
 */

const silent = { info() {}, warn() {}, error() {} };
const open = new Set(["pending", "running", "waiting", "cancelling"]);

/** @param {{ redisUrl: string, workDir: string }} place @returns {Promise<Finished>} */
export async function finishScene({ redisUrl, workDir }) {
  /** @type {string[]} */
  const executed = [];
  const place = { namespace, secretKeys };
  const fleet = createClient({ redis: redisUrl, ...place, actor: "tester" });
  const known = (await fleet.list({ limit: 500 })).runs.map(({ id }) => id);
  await fleet.retry("broken-1");
  await fleet.signal("signalled-1", "paid", { data: "from outside" });
  const worker = await createFleetWorker({
    ...{
      redisUrl,
      ...place,
      workDir,
      log: silent,
      pools: ["default", laterPool],
      sweepMs: 200,
      leaseTtlMs: 1_500,
      graceMs: 100,
    },
    config: configOf({ noted: (line) => void executed.push(line), isHeld: () => false }),
  });
  try {
    await until("everything has ended", () => answerAll(fleet));
    /** @type {Record<string, End>} */
    const ends = {};
    for (const { id } of (await fleet.list({ limit: 500 })).runs.filter((run) => isOfScene(run, known))) {
      const { status, steps } = await fleet.get(id);
      ends[id] = { status, steps: steps.map((step) => `${step.name} ${step.status} ${step.attempt}`) };
    }
    return {
      ends: Object.fromEntries(Object.entries(ends).sort()),
      executed: executed.filter((line) => Object.hasOwn(ends, line.split(" ")[0] ?? "")).sort(),
    };
  } finally {
    await worker.stop();
    await fleet.close();
  }
}

/** A schedule may come due while the test runs; what it starts is not from the snapshot. @param {{ id: string, parentId?: string | null }} run @param {readonly string[]} known */
function isOfScene({ id, parentId }, known) {
  return known.includes(id) || (parentId ?? null) !== null;
}

/** Answers every question that is open. True when no run is. @param {import("@runfleet/client").FleetClient} fleet */
async function answerAll(fleet) {
  for (const { runId, name, gateType } of (await fleet.gates()).gates) {
    const how = gateType === "in_doubt" ? { selections: ["done"] } : {};
    await fleet.approve(runId, name, how).catch(answered);
  }
  return (await fleet.list({ limit: 500 })).runs.every(({ status }) => !open.has(status));
}

/** Somebody was faster: this loop, or a worker. */
const overtaken = new Set(["gate_answered", "gate_not_found", "run_ended"]);

/** @param {{ code?: string }} error */
function answered(error) {
  if (!overtaken.has(error.code ?? "")) throw error;
}

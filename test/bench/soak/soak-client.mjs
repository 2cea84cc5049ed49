// The client process of the soak: starts a mixture of runs, as many as can be done or at a constant rate whatever becomes of
// them, as people and machines outside do.
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@runfleet/client";
import { inFlight } from "../in-flight.mjs";
import { lookAtProcess, serve, setup } from "../serve.mjs";

const tickMs = 20;
const client = createClient({ redis: setup.redisUrl, namespace: setup.name });
const steps = (/** @type {number} */ count) =>
  Array.from({ length: count }, (_, index) => `call step${index}`).join(" ");
await client.publish([
  { source: `workflow short { ${steps(1)} }` },
  { source: `workflow long { ${steps(10)} }` },
  { source: `workflow wide { parallel { ${steps(5)} } }` },
  { source: 'workflow nap { call before sleep rest { for = "2s" } call after }' },
  { source: "workflow family { call before call workflow short }" },
]);

/** Ten runs of the mixture: their workflows, in turn. */
const mixture = ["short", "long", "short", "wide", "short", "family", "short", "long", "nap", "short"];
let started = 0;

async function start() {
  const workflow = mixture[started % mixture.length] ?? "short";
  started += 1;
  return client.start(workflow, { label: `soak ${workflow}` });
}

let isOver = true;
/** @type {Promise<void>} */
let arriving = Promise.resolve();

/** A start that fails ends the soak. @param {number} perSecond */
async function arrive(perSecond) {
  const begunAt = performance.now();
  let due = 0;
  /** @type {Set<Promise<unknown>>} */
  const open = new Set();
  while (!isOver) {
    const wanted = ((performance.now() - begunAt) * perSecond) / 1_000;
    for (; due < wanted; due += 1) {
      const starting = start().finally(() => open.delete(starting));
      open.add(starting);
    }
    await pause(tickMs);
  }
  await Promise.all(open);
}

serve({
  look: lookAtProcess,
  /** Each answered before the next of its lane. */
  produce: ({ runs = 0 }) => inFlight(runs, start),
  async load({ perSecond = 0 }) {
    isOver = false;
    arriving = arrive(perSecond);
  },
  async rest() {
    isOver = true;
    await arriving;
  },
  stop: () => client.close(),
});

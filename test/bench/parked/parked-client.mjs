// The client process of w5: parks runs at a gate, answers the gates, and times answers one by one.
import { setTimeout as pause } from "node:timers/promises";
import { createClient } from "@runfleet/client";
import { inFlight } from "../in-flight.mjs";
import { lookAtProcess, serve, setup } from "../serve.mjs";

/** Lets the fleet become idle again before a timed answer. */
const restMs = 10;

const client = createClient({ redis: setup.redisUrl, namespace: setup.name });
await client.publish([
  { source: 'workflow parked { gate human_approval { prompt = "Go on?" timeout = "24h" } call arrived }' },
]);

/** @type {string[]} */
let parked = [];

async function timeAnswer() {
  const run = await client.start("parked");
  for await (const event of run.events()) {
    if (event.type === "run.waiting" || event.type === "gate.waiting") break;
  }
  await pause(restMs);
  const answeredAt = performance.timeOrigin + performance.now();
  await run.approve();
  const { status, steps } = await run.result();
  if (status !== "completed") throw new Error(`run ${run.id} ended as ${status}`);
  // The action says when it was called; both processes read the clock of one machine.
  return Number(steps.find(({ name }) => name === "arrived")?.context) - answeredAt;
}

serve({
  async park({ runs = 0 }) {
    await inFlight(runs, async () => void parked.push((await client.start("parked")).id));
  },
  async answer() {
    const all = parked;
    parked = [];
    await inFlight(all.length, (index) => client.approve(all[index] ?? ""));
  },
  async timeAnswers({ runs = 0 }) {
    /** @type {number[]} */
    const times = [];
    for (let index = 0; index < runs; index += 1) times.push(await timeAnswer());
    return times;
  },
  look: lookAtProcess,
  stop: () => client.close(),
});

// The client process of w5: parks runs at a gate, answers the gates, times answers one by one and sleeps under load.
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

const sleepMs = 2_000;
await client.publish([
  { source: `workflow sleeper { sleep nap { for = "${sleepMs}ms" } }` },
  { source: "workflow busy { call one call two call three }" },
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

/** How late each of many sleeps ends, in ms, while the fleet has as much else to do as it can. @param {number} runs */
async function timeSleeps(runs) {
  let isOver = false;
  const load = inFlight(Number.POSITIVE_INFINITY, async () => {
    if (isOver) return false;
    await (await client.start("busy")).result();
    return true;
  });
  /** @type {number[]} */
  const late = [];
  await inFlight(runs, async () => {
    const { steps } = await (await client.start("sleeper")).result();
    const [nap] = steps;
    late.push(Date.parse(nap?.endedAt ?? "") - Date.parse(nap?.startedAt ?? "") - sleepMs);
  });
  isOver = true;
  await load;
  return late;
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
  timeSleeps: ({ runs = 0 }) => timeSleeps(runs),
  look: lookAtProcess,
  stop: () => client.close(),
});

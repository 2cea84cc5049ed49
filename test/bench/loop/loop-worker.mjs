// The worker process of w8: its action asks for one more iteration, and every thousandth call notes the time and what this
// process and Redis' thread have spent so far.
import { Redis } from "ioredis";
import { openWorker, sharedNow } from "../measured-worker.mjs";
import { redisCpuMs } from "../redis-work.mjs";
import { lookAtProcess, serve, setup } from "../serve.mjs";

/** @typedef {{ at: number, workerMs: number, redisMs: number }} Mark */

const callsPerMark = 1_000;
const redis = new Redis(setup.redisUrl);
let calls = 0;
/** @type {Mark[]} */
let marks = [];

async function mark() {
  const [{ thread }, { cpuMs }] = [await redisCpuMs(redis), await lookAtProcess()];
  marks.push({ at: sharedNow(), workerMs: cpuMs, redisMs: thread });
}

const worker = await openWorker({
  actions: [
    {
      name: "again",
      async run() {
        if (calls % callsPerMark === 0) await mark();
        calls += 1;
        return { markers: ["more"] };
      },
    },
  ],
});

serve({
  /** Those since the last question. */
  async marks() {
    const since = marks;
    marks = [];
    calls = 0;
    return since;
  },
  async stop() {
    await worker.stop();
    redis.disconnect();
  },
});

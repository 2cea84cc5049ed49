// The process of w9 that only asks Redis for PING, again and again: how long others wait while pages are read.
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { lookAtProcess, serve, setup } from "../serve.mjs";

const redis = new Redis(setup.redisUrl);
/** @type {number[]} */
let taken = [];
let isOver = false;

async function ping() {
  while (!isOver) {
    const startedAt = performance.now();
    await redis.ping();
    taken.push(performance.now() - startedAt);
    await pause(1);
  }
}
const over = ping();

serve({
  look: lookAtProcess,
  /** What was measured since the last question, in ms. */
  async pings() {
    const since = taken;
    taken = [];
    return since;
  },
  async stop() {
    isOver = true;
    await over;
    redis.disconnect();
  },
});

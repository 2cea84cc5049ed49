// Starts the measured processes and talks to them: one producer and one worker per system, each with a V8 of its own.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {{
 *   redisUrl: string, name: string, concurrency: number, folder: string, leaseTtlMs?: number, holds?: boolean,
 *   kept?: number,
 * }} Setup
 *   name: namespace (Runfleet) or queue (BullMQ), new for every repetition; holds: work that is begun never ends;
 *   kept: ended runs that each workflow keeps, else as many as usual
 * @typedef {{
 *   type: "produce" | "time" | "load" | "rest" | "park" | "answer" | "timeAnswers" | "timeSleeps" | "look" | "address"
 *     | "pings" | "calls" | "marks" | "release",
 *   workload?: string, runs?: number, perSecond?: number,
 * }} Question
 * @typedef {{
 *   ask: (request: Question) => Promise<unknown>,
 *   kill: () => Promise<void>,
 *   stop: () => Promise<void>,
 * }} Measured kill: with SIGKILL; resolves when the process is gone
 */

/**
 * Resolves when the program says that it is ready. Rejects, as does every open question, when it ends before.
 * @param {string} program file in this folder
 * @param {Setup} setup
 * @param {string[]} [nodeOptions]
 * @returns {Promise<Measured>}
 */
export async function startMeasured(program, setup, nodeOptions = []) {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(file, [JSON.stringify(setup)], {
    execArgv: nodeOptions,
    stdio: ["ignore", 2, 2, "ipc"],
  });
  /** @type {Map<number, { resolve: (reply: unknown) => void, reject: (error: Error) => void }>} */
  const open = new Map();
  const question = (/** @type {number} */ id) =>
    new Promise((resolve, reject) => {
      open.set(id, { resolve, reject });
    });
  child.on("message", (message) => {
    const { id, reply } = /** @type {{ id: number, reply: unknown }} */ (message);
    open.get(id)?.resolve(reply);
    open.delete(id);
  });
  const ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      for (const { reject } of open.values()) reject(new Error(`${program} ended with ${signal ?? code}`));
      resolve(undefined);
    });
  });
  let asked = 0;
  await question(asked);
  return {
    ask(request) {
      asked += 1;
      const reply = question(asked);
      child.send({ id: asked, ...request });
      return reply;
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      if (child.connected) child.send({ id: -1, type: "stop" });
      await ended;
    },
  };
}

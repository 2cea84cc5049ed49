// The inside of a measured process: says that it is ready, answers requests one by one, ends when told or when the
// process that started it is gone. The outside is in processes.mjs.

/**
 * @typedef {{ id: number, type: "produce" | "time", workload: string, runs: number }} WorkRequest
 * @typedef {{ id: number, type: "stop" }} StopRequest
 * @typedef {{
 *   produce?: (workload: string, runs: number) => Promise<void>,
 *   time?: (workload: string, runs: number) => Promise<number[]>,
 *   stop: () => Promise<void>,
 * }} Program produce starts runs; time runs them one by one and answers how long each took, in ms
 */

/** What this process was started with; see processes.mjs. */
export const setup = /** @type {import("./processes.mjs").Setup} */ (JSON.parse(process.argv[2] ?? "{}"));

/** @param {Program} program */
export function serve(program) {
  const end = async () => {
    await program.stop();
    if (process.connected) process.disconnect();
  };
  /** @param {WorkRequest | StopRequest} request */
  const answer = async (request) => {
    if (request.type === "stop") return end();
    const reply = await program[request.type]?.(request.workload, request.runs);
    process.send?.({ id: request.id, reply: reply ?? null });
  };
  process.on("message", (request) => void answer(/** @type {WorkRequest | StopRequest} */ (request)));
  process.once("disconnect", () => process.exit());
  process.send?.({ id: 0, reply: null });
}

// The inside of a measured process: says that it is ready, answers requests one by one, ends when told or when the
// process that started it is gone. The outside is in processes.mjs.

/**
 * @typedef {import("./processes.mjs").Question} Question
 * @typedef {{ [type in Question["type"]]?: (question: Question) => Promise<unknown> } & { stop: () => Promise<void> }} Program
 *   produce starts runs; time runs them one by one and answers how long each took, in ms; look tells what the process
 *   uses; the others are those of single rows
 */

/** What this process uses, after a garbage collection where it was started with one. */
export async function lookAtProcess() {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return { rssBytes: rss, heapBytes: heapUsed, cpuMs: (user + system) / 1_000 };
}

/** What this process was started with; see processes.mjs. */
export const setup = /** @type {import("./processes.mjs").Setup} */ (JSON.parse(process.argv[2] ?? "{}"));

/** What every measured process answers. @type {{ [type in Question["type"]]?: (question: Question) => Promise<unknown> }} */
const everyProgram = { look: lookAtProcess };

/** @param {Program} program */
export function serve(program) {
  const end = async () => {
    await program.stop();
    if (process.connected) process.disconnect();
  };
  /** @param {({ id: number } & Question) | { id: number, type: "stop" }} request */
  const answer = async (request) => {
    if (request.type === "stop") return end();
    const reply = await (program[request.type] ?? everyProgram[request.type])?.(request);
    process.send?.({ id: request.id, reply: reply ?? null });
  };
  process.on("message", (request) => void answer(/** @type {Parameters<typeof answer>[0]} */ (request)));
  process.once("disconnect", () => process.exit());
  process.send?.({ id: 0, reply: null });
}

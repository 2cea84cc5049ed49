// Reads an archive of JSON lines: the events of one run, or of all, each once and in the order they happened.
//
//   node examples/run-archive/read-archive.mjs archive 01JD4Q3Z8M6T5V2W9X7Y1A0BCD
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/**
 * An event; `id` is `<ms>-<count>`, the order of all events, `at` is epoch ms.
 * @typedef {{ runId: string, id: string, at: number, type: string }} ArchivedEvent
 */

/**
 * Run → its events. Holds all of them in memory: name a run where there are many.
 * @param {string} directory
 * @param {string} [runId]
 * @returns {Promise<Map<string, ArchivedEvent[]>>}
 */
export async function readArchive(directory, runId) {
  /** @type {Map<string, Map<string, ArchivedEvent>>} */
  const runs = new Map();
  for (const path of await archiveFiles(directory)) {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const event = parse(line);
      if (event === undefined || (runId !== undefined && event.runId !== runId)) continue;
      // What was delivered twice has the same id.
      const events = runs.get(event.runId) ?? new Map();
      runs.set(event.runId, events.set(event.id, event));
    }
  }
  return new Map([...runs].map(([id, events]) => [id, [...events.values()].sort(inOrder)]));
}

/** @param {string} directory */
async function archiveFiles(directory) {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => join(directory, name));
}

/**
 * Nothing for a line whose writer died.
 * @param {string} line
 * @returns {ArchivedEvent | undefined}
 */
function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * @param {ArchivedEvent} left
 * @param {ArchivedEvent} right
 */
function inOrder(left, right) {
  const [leftMs, leftCount] = left.id.split("-").map(Number);
  const [rightMs, rightCount] = right.id.split("-").map(Number);
  return (leftMs ?? 0) - (rightMs ?? 0) || (leftCount ?? 0) - (rightCount ?? 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory = "archive", runId] = process.argv.slice(2);
  for (const events of (await readArchive(directory, runId)).values()) {
    for (const event of events) process.stdout.write(`${JSON.stringify(event)}\n`);
  }
}

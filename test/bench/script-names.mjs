// Names of Lua scripts by their digest: ours and BullMQ's, read from the installed packages. redlock keeps its own to
// itself; those of leases are known by the key they are called with.
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** @returns {Promise<Map<string, string>>} digest → name */
export async function scriptNames() {
  const bullmq = createRequire(import.meta.url).resolve("bullmq");
  const folders = [
    fileURLToPath(new URL("../../packages/store/dist/generated/", import.meta.url)),
    join(dirname(bullmq), "scripts"),
  ];
  const named = await Promise.all(folders.map(scriptsIn));
  return new Map(named.flat());
}

/** @param {string} folder @returns {Promise<[string, string][]>} */
async function scriptsIn(folder) {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".js"));
  const modules = await Promise.all(files.map((file) => import(pathToFileURL(join(folder, file)).href)));
  return modules.flatMap((module) => Object.values(module).flatMap(digestAndName));
}

/** @param {unknown} exported @returns {[string, string][]} */
function digestAndName(exported) {
  if (typeof exported !== "object" || exported === null) return [];
  const { name, sha1, content } = /** @type {Record<string, unknown>} */ (exported);
  if (typeof name !== "string") return [];
  if (typeof sha1 === "string") return [[sha1, name]];
  if (typeof content !== "string") return [];
  return [[createHash("sha1").update(content).digest("hex"), `bullmq ${name}`]];
}

/**
 * What a command of MONITOR is called in a table.
 * @param {readonly string[]} words
 * @param {ReadonlyMap<string, string>} names of scripts
 */
export function commandName(words, names) {
  const [command = "", digest = "", , key = ""] = words;
  const name = command.toLowerCase();
  if (name !== "evalsha" && name !== "eval") return name;
  return names.get(digest) ?? (key.includes(":lease:") ? "lease" : `script ${digest.slice(0, 8)}`);
}

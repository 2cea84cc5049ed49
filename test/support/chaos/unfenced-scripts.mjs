/**
 * A loader hook: in each generated script of the store, no writer is refused any more. Throws for a fence that it does not
 * recognise, so that the control cannot pass because the product was rewritten.
 */
import { createHash } from "node:crypto";

/** Lines of `lua/include/fenced.lua` that refuse, as they are once names of values are places. */
const refusals = [
  /^if stored\[1\] ~= ARGV\[\d+\] or stored\[2\] ~= ARGV\[\d+\] then$/m,
  /^if not owned and not duplicate then$/m,
  /^if ARGV\[\d+\] ~= '' and not duplicate and string\.sub\(commits, 1, #ARGV\[\d+\] \+ 2\) ~= ' ' \.\. ARGV\[\d+\] \.\. ' ' then$/m,
];

/** @type {import("node:module").LoadHook} */
export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (!/\/store\/dist\/generated\/[a-z-]+\.js$/.test(url)) return loaded;
  const source = String(loaded.source);
  return source.includes("local owned = ") ? { ...loaded, source: unfenced(source, url) } : loaded;
}

/**
 * @param {string} module
 * @param {string} url
 */
function unfenced(module, url) {
  for (const refusal of refusals)
    if (!refusal.test(module)) throw new Error(`${url} does not have the line ${refusal}`);
  const open = refusals.reduce((text, refusal) => text.replace(refusal, "if false then"), module);
  const script = /source: `([\s\S]*)`/.exec(open)?.[1] ?? "";
  // The text of the script as the module will have it.
  const lua = script.replaceAll(/\\([\\`$])/g, "$1");
  return open.replace(/sha1: "[0-9a-f]{40}"/, `sha1: "${createHash("sha1").update(lua).digest("hex")}"`);
}

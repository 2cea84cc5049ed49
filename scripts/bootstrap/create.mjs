// `npm run create FOLDER`: what `npm create runfleet FOLDER` does once the packages are on a registry. Until then the project
// gets them as tarballs that are packed here. Every argument goes to create-runfleet.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "./child.mjs";
import { cacheDir, root } from "./paths.mjs";
import { SetupError } from "./report.mjs";

const pnpm = "node_modules/pnpm/bin/pnpm.cjs";
const program = join(root, "apps/create-runfleet/bin/create-runfleet.js");

/**
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function createProject(args) {
  const tarballs = join(cacheDir, "tarballs");
  // Packages of before, which are none any more, would come along.
  rmSync(tarballs, { recursive: true, force: true });
  await packEverything(tarballs);
  return (await runNode(program, [...args, "--packages", tarballs])).code;
}

/**
 * Everything that is published, as a release packs it, into a folder.
 * @param {string} folder
 */
export async function packEverything(folder) {
  const which = ["--filter", "./packages/*", "--filter", "./apps/*"];
  const packed = await runNode(pnpm, ["-r", ...which, "pack", "--pack-destination", folder], { quiet: true });
  if (packed.code !== 0) throw new SetupError(`The packages could not be packed:\n${packed.output}`);
}

// The build: `turbo run build`, asked only when a source file changed since the last time. turbo decides which packages
// are affected and keeps their results in .cache/turbo.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runNode } from "./child.mjs";
import { cacheDir, readManifest, root, workspaceDirs } from "./paths.mjs";
import { SetupError, say, sayBriefly, since } from "./report.mjs";
import { hashTimes, isStamped, writeStamp } from "./stamp.mjs";

const stampFile = join(cacheDir, "built");
const inputsOfPackage = ["package.json", "tsconfig.json", "src", "lua", "scripts"];
const inputsOfAll = ["tsconfig.base.json", "tsconfig.pure.json", "turbo.json", "pnpm-lock.yaml"];

/** Builds what changed; returns at once when nothing did. */
export async function ensureBuilt() {
  const built = workspaceDirs().filter((dir) => readManifest(dir).scripts?.["build"]);
  const inputs = built.flatMap((dir) => inputsOfPackage.map((name) => `${dir}/${name}`));
  const hash = hashTimes([...inputsOfAll, ...inputs]);
  const hasAllResults = built.every((dir) => existsSync(join(root, dir, "dist", ".tsbuildinfo")));
  if (hasAllResults && isStamped(stampFile, hash)) return;

  const startedAt = Date.now();
  say(`Build: ${built.length} packages ...`);
  const { code, output } = await runNode(
    "node_modules/turbo/bin/turbo",
    ["run", "build", "--output-logs=errors-only", "--no-color"],
    { quiet: true, onLine: (line) => sayBriefly(`  ${line}`) },
  );
  if (code > 128) throw new SetupError("Interrupted; run the same command again to go on.", code);
  if (code !== 0) {
    say(output.trimEnd());
    throw new SetupError(`The build failed (turbo ended with ${code}); the messages above name the files.`);
  }
  writeStamp(stampFile, hash);
  say(`Build: done in ${since(startedAt)}`);
}

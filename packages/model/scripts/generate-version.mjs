// Writes the version of this package as code: what a process says of itself, and what stays in Redis of who wrote there.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const folder = new URL("../src/generated/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL("version.ts", folder),
  `/** Generated from package.json by scripts/generate-version.mjs: the version all packages have. */
export const version = ${JSON.stringify(version)};
`,
);

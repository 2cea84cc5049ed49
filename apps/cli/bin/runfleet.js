#!/usr/bin/env node
// The `runfleet` command: loads the compiled program. Plain JavaScript, committed, so that package managers
// can link it before anything is built. It does nothing else.
import { existsSync } from "node:fs";

const program = new URL("../dist/main.js", import.meta.url);

if (existsSync(program)) {
  await import(program.href);
} else {
  console.error("runfleet is not built yet. Run `npm run setup` at the root of the repository first.");
  process.exitCode = 1;
}

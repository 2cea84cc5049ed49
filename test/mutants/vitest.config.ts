// How the copies of the engine with a bug in them are tested: what runs without a server and within seconds, one file
// at a time in one process: loading the modules takes longer than most of the tests. The root is the copy.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../../", import.meta.url));

export default defineConfig({
  root,
  resolve: { alias: [{ find: /^@runfleet\/([a-z]+)$/, replacement: `${root}packages/$1/src/index.ts` }] },
  test: {
    include: [
      "packages/engine/**/*.test.ts",
      "test/transcripts/engine/**/*.test.ts",
      "test/simulation/oracle.test.ts",
    ],
    exclude: ["**/node_modules/**"],
    pool: "forks",
    maxWorkers: 1,
    isolate: false,
    reporters: ["json"],
    testTimeout: 60_000,
  },
});

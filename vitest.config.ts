// How every test runs: from source (no build), in forked processes, at most two at a time. End-to-end tests start
// built programs and wait for them most of the time; they come after the others, three at a time. The long chaos runs have a configuration of
// their own (vitest.chaos.config.ts). The projects inherit nothing but the addresses the global setup provides: what it
// starts exists once per run, not once per project. Facts are awaited for as long as a busy machine may need.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const fromRoot = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests of what is pure leave nothing behind that the next file could see, so they share a process and load it once. */
const pure = "packages/{model,language,engine,scaling,schedules}/**/*.test.ts";
const endToEnd = "test/e2e/**/*.test.ts";
const chaos = "test/chaos/**/*.test.ts";
/** For `expect.poll`; vitest itself gives up after one second. */
const awaitFacts = { poll: { timeout: 20_000 } };

const fromSource = {
  alias: [
    { find: "@runfleet/server", replacement: fromRoot("apps/server/src/index.ts") },
    { find: /^@runfleet\/([a-z]+)$/, replacement: fromRoot("packages/$1/src/index.ts") },
  ],
};

/** What the two projects of tests from source have in common. */
const sourceTests = {
  pool: "forks",
  maxWorkers: 2,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: awaitFacts,
  sequence: { groupOrder: 0 },
} as const;

export default defineConfig({
  resolve: fromSource,
  test: {
    globalSetup: fromRoot("test/support/redis-global-setup.ts"),
    projects: [
      {
        resolve: fromSource,
        test: {
          ...sourceTests,
          name: "source",
          include: [
            "packages/**/*.test.ts",
            "apps/**/*.test.ts",
            "examples/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/dist/**", "**/template/**", pure, endToEnd, chaos],
        },
      },
      {
        resolve: fromSource,
        test: {
          ...sourceTests,
          name: "source-pure",
          isolate: false,
          include: [pure],
          exclude: ["**/node_modules/**", "**/dist/**"],
        },
      },
      {
        resolve: fromSource,
        test: {
          name: "e2e",
          pool: "forks",
          include: [endToEnd],
          maxWorkers: 3,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          expect: awaitFacts,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: "v8",
      reportsDirectory: "coverage",
      include: ["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/generated/**"],
    },
  },
});

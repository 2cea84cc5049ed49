// The long chaos runs (`npm run chaos`): processes are killed, frozen and cut off. One file at a time, minutes each; they
// bring up Redis and workers of their own.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks",
    fileParallelism: false,
    include: ["test/chaos/**/*.test.ts"],
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});

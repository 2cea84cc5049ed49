// `npm run coverage`: how much of floors 0 and 1, where everything is decided and nothing needs a server, their tests
// reach. Each package must reach the thresholds for itself. Not part of `npm test`: what nobody can reach is for the
// author of a change to look at, not for a gate to guess.
import { defineConfig } from "vitest/config";
import base from "./vitest.config.js";

const packages = ["model", "language", "engine", "scaling", "schedules"];
const enough = { lines: 98, branches: 98 };

export default defineConfig({
  ...base,
  test: {
    ...base.test,
    coverage: {
      ...base.test?.coverage,
      enabled: true,
      provider: "v8",
      include: packages.map((name) => `packages/${name}/src/**/*.ts`),
      reporter: ["text", "json", "json-summary"],
      thresholds: Object.fromEntries(packages.map((name) => [`packages/${name}/src/**`, enough])),
    },
  },
});

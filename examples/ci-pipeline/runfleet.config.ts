/** The checks. Each says in markers what conditions of the workflow look at; the browser tests are flaky once. */
import { defineAction, defineConfig } from "@runfleet/worker";

const check = (name: string, context: string) =>
  defineAction({ name, run: async () => ({ markers: ["passed"], context }) });

const browserTests = defineAction({
  name: "browser-tests",
  async run({ address }) {
    // The address of a step in a loop has its iteration, from 0.
    const isFirst = address.includes("@0");
    return isFirst
      ? { markers: ["flaky"], context: "1 of 12 failed" }
      : { markers: ["passed"], context: "12 of 12 passed" };
  },
});

const coverage = defineAction({
  name: "coverage",
  run: async () => ({ context: "91 % of the lines", output: { confidence: 91 } }),
});

export default defineConfig({
  workflows: ".",
  actions: [
    check("lint", "no findings"),
    check("unit-tests", "412 passed"),
    check("licences", "all permissive"),
    browserTests,
    coverage,
  ],
});

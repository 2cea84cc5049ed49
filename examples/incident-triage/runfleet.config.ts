/** What is looked up and who is told. Signals come from outside: `runfleet signal RUN acknowledged --data '{"by":"ann"}'`. */
import { defineAction, defineConfig } from "@runfleet/worker";

const readMetrics = defineAction({
  name: "read-metrics",
  run: async ({ variables }) => ({ markers: ["read"], context: `errors of ${variables["service"]}: 7 %` }),
});

const readDeploys = defineAction({
  name: "read-deploys",
  async run() {
    throw new Error("the list of deploys is not there");
  },
});

const pageOnCall = defineAction({
  name: "page-on-call",
  run: async ({ variables, idempotencyKey }) => {
    if (idempotencyKey === "") throw new Error("a page without a key would ring twice");
    return { markers: ["paged"], context: `ann is paged, severity ${variables["severity"]}` };
  },
});

const writeReport = defineAction({
  name: "write-report",
  run: async ({ variables }) => ({
    context: `${variables["service"]} ${variables["workflow_status"]}; the last word was ${variables["gate_feedback"]}`,
  }),
});

export default defineConfig({
  workflows: ".",
  actions: [readMetrics, readDeploys, pageOnCall, writeReport],
});

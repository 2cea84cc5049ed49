/** The page of the configuration, written from the declarations of `runfleet.config.ts` and of the environment. */
import { describeEnvironment } from "@runfleet/service";
import { textOf } from "../../tidy/source-files.js";
import { interfaceMeaning, interfaceRows } from "./interface-rows.js";
import { code, page, table } from "./markdown.js";

const heading = `# Configuration

This page is written from the sources it names, and a test compares them. What a command is told by an option comes before the environment, the
environment before \`runfleet.config.ts\`; an empty variable is one that is not there.

## The environment

Read once when a process starts, and checked as a whole: what cannot be used ends it with [invalid_config](../errors/invalid_config.md). Declared in
\`packages/service/src/environment.ts\`.`;

/** Read where they are needed, by what is for machines of developers. */
const others: readonly (readonly [name: string, meaning: string])[] = [
  ["RUNFLEET_CACHE", "Where a Redis that was fetched is kept. Default `.cache/runfleet`."],
  ["RUNFLEET_EMBEDDED_REDIS", "Only this embedded Redis: `redis-server`, `fetched` or `js`."],
  ["RUNFLEET_NO_FETCH", "`1`: no Redis is fetched."],
  [
    "RUNFLEET_SCALER_TOKEN",
    "A viewer's token in workers' pods, for KEDA, which reads it there; steps do not get it.",
  ],
  ["RUNFLEET_COMPLETION_MS", "How long the Tab key may wait for names that the fleet knows. Default 1000."],
  ["NO_COLOR", "Anything: no colours in a terminal."],
];

const aboutOthers = `Development fleets and tests read some more, and [OpenTelemetry's variables](../guides/tracing.md) begin with \`OTEL_\`. What programs of
steps find in their environment is told with [scripts](../language.md#script) and [agents](../guides/agents.md).`;

const configFile = "packages/worker/src/config.ts";

const aboutConfig = `## runfleet.config.ts

The nearest file of this name, here or in a folder above (\`.mts\`, \`.js\` and \`.mjs\` do as well), configures the workers of a project. It exports the
configuration by default:

\`\`\`ts
import { defineAction, defineConfig } from "@runfleet/worker";

export default defineConfig({
  workflows: "workflows",
  actions: [defineAction({ name: "greet", run: async () => ({ context: "hello" }) })],
});
\`\`\`

Declared in \`${configFile}\`. A question mark: may be left out.`;

const interfaces = [
  "WorkerConfig",
  ...["RunFacts", "RunContext", "GateResolver", "PollAnswer", "ItemProvider", "ItemsRequest", "ItemsPage"],
  ...["EventSink", "Retention", "RetentionRule"],
];

export function describeConfiguration(): string {
  const source = textOf(configFile);
  return page(
    heading,
    ...table(
      ["variable", "meaning"],
      describeEnvironment().map(({ name, meaning }) => [code(name), meaning]),
    ),
    aboutOthers,
    ...table(
      ["variable", "meaning"],
      others.map(([name, meaning]) => [code(name), meaning]),
    ),
    aboutConfig,
    ...interfaces.flatMap((name) => [
      `### ${name}`,
      ...[interfaceMeaning(source, name)].filter((meaning) => meaning !== ""),
      ...table(["member", "type", "meaning"], interfaceRows(source, name)),
    ]),
  );
}

/** The catalogue as a page for people, `docs/metrics.md`. */
import { catalogue } from "./catalogue.js";
import { type Label, otherValue } from "./labels.js";
import type { MetricEntry, MetricPart } from "./metric-entry.js";

/** Series of one metric in one process at most, the buckets of histograms included. */
export function seriesMax(entry: MetricEntry): number {
  const combinations = entry.labels.reduce((product, label) => product * valuesMax(label), 1);
  return combinations * (entry.kind === "histogram" ? entry.buckets.length + 3 : 1);
}

/** With `other`, and with nothing where the label says nothing. */
function valuesMax(label: Label): number {
  return "valuesMax" in label ? label.valuesMax + 2 : label.values.length;
}

const parts: Readonly<Record<MetricPart, string>> = {
  worker: `Counted in each worker, from its start; served by the port of \`--health-port\`. Over all workers take \`sum\`.`,
  server: `Read from Redis by a server when it is asked, at most once a second. Each server says the same, counters from its own start on: take \`max\`, never \`sum\`.`,
};

export function describeCatalogue(): string {
  const chapters = (Object.keys(parts) as MetricPart[]).map((part) => {
    const rows = Object.entries(catalogue).filter(([, { from }]) => from === part);
    return [
      `## From each ${part}`,
      parts[part],
      [
        "| metric | kind | unit | labels | meaning |",
        "| --- | --- | --- | --- | --- |",
        ...rows.map(metricRow),
      ].join("\n"),
    ].join("\n\n");
  });
  return `${[heading, ...chapters, labelChapter(), bucketChapter()].join("\n\n")}\n`;
}

const heading = `# Metrics

This page is written from the catalogue in \`packages/metrics/src/catalogue.ts\`, and a test compares the two. How to get metrics, what to
watch and what to do: [guides/watching.md](guides/watching.md).

Every series has the label \`namespace\`: the fleet. No series has the id of a run.`;

function metricRow([name, entry]: [string, MetricEntry]): string {
  const labels = entry.labels.map((label) => `\`${label.name}\``).join(", ");
  return `| \`${name}\` | ${entry.kind} | ${entry.unit} | ${labels || "-"} | ${entry.meaning} |`;
}

function labelChapter(): string {
  const metricsBy = new Map<string, { readonly label: Label; readonly names: string[] }>();
  for (const [name, { labels }] of Object.entries(catalogue)) {
    for (const label of labels) {
      const key = `${label.name} ${"values" in label ? label.values.join() : ""}`;
      const row = metricsBy.get(key) ?? { label, names: [] };
      row.names.push(`\`${name}\``);
      metricsBy.set(key, row);
    }
  }
  const rows = [...metricsBy.values()].map(
    ({ label, names }) => `| \`${label.name}\` | ${valuesText(label)} | ${names.join(", ")} |`,
  );
  const all = Object.values(catalogue).reduce((sum, entry) => sum + seriesMax(entry), 0);
  return [
    "## Labels",
    `Of a label that takes names, the first ones that a process meets get series of their own; everything after them is counted as \`${otherValue}\`, and gauges of it are left out. No metric has two such labels. So one process never has more than ${all.toLocaleString("en")} series, whatever workflows and actions are called.`,
    ["| label | values | of |", "| --- | --- | --- |", ...rows].join("\n"),
  ].join("\n\n");
}

function valuesText(label: Label): string {
  if ("valuesMax" in label) return `names, ${label.valuesMax} and \`${otherValue}\``;
  return label.values.map((value) => `\`${value}\``).join(", ");
}

function bucketChapter(): string {
  const rows = Object.entries(catalogue).flatMap(([name, entry]) =>
    entry.kind === "histogram" ? [`| \`${name}\` | ${entry.buckets.join(", ")} |`] : [],
  );
  return ["## Buckets", ["| histogram | upper bounds |", "| --- | --- |", ...rows].join("\n")].join("\n\n");
}

// The pairs of both systems as a person reads them; the other rows are in print-rows.mjs.
import { columns } from "./columns.mjs";

/** The dearest. */
const shownCommands = 16;

/**
 * @param {Readonly<Record<string, import("./statistics.mjs").Figures>>} measured
 * @returns {string}
 */
export function tableOf(measured) {
  const rows = Object.entries(measured).map(([name, figures]) => {
    const { runfleet, bullmq, ratio, range, unit } = figures;
    return [
      name,
      unit,
      `${runfleet} (${range.runfleet.min}–${range.runfleet.max})`,
      `${bullmq} (${range.bullmq.min}–${range.bullmq.max})`,
      `${ratio} (${range.ratio.min}–${range.ratio.max})`,
      `${figures.title}${figures.p99 ? `; p99 ${figures.p99.runfleet} against ${figures.p99.bullmq}` : ""}`,
    ];
  });
  return columns([["", "", "Runfleet", "BullMQ", "ratio", ""], ...rows]);
}

/** @param {Readonly<Record<string, import("./round-trips.mjs").RoundTrips>>} roundTrips @returns {string} */
export function roundTripsOf(roundTrips) {
  return Object.entries(roundTrips)
    .map(([system, { perRun, stepsPerRun, scriptMicrosecondsPerRun, byCommand }]) => {
      const parts = Object.entries(byCommand).filter(([, count]) => count >= 0.05);
      const list = parts.map(([name, count]) => `${name} ${count}`).join(", ");
      return `${system}: ${perRun} commands per run of ${stepsPerRun} steps, ${scriptMicrosecondsPerRun} µs in scripts: ${list}`;
    })
    .join("\n");
}

/** @param {Readonly<Record<string, import("./costs.mjs").SystemCosts>>} measured @returns {string} */
export function costsOf(measured) {
  const tables = Object.entries(measured).flatMap(([system, { costs, commands }]) => {
    const processes = Object.entries(costs).map(([workload, { producer, worker, redis, total }]) => [
      `${system} ${workload}`,
      ...[producer, worker, redis, total].map((microseconds) => `${microseconds} µs`),
    ]);
    const scripts = Object.entries(commands).map(([workload, rows]) => {
      const parts = rows
        .slice(0, shownCommands)
        .map(({ name, perRun, each }) => `${name} ${perRun} × ${each} µs`);
      return `${system} ${workload}, Redis per run: ${parts.join(", ")}`;
    });
    return [columns([["", "producer", "worker", "Redis", "together, per unit"], ...processes]), ...scripts];
  });
  return tables.join("\n\n");
}

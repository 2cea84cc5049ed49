// The results as a person reads them.

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

/**
 * @param {{ w5?: import("./parked/bench-parked.mjs").ParkedFigures, w9?: import("./reads/bench-reads.mjs").ReadFigures, w10?: import("./families/bench-families.mjs").FamilyFigures }} rows
 * @returns {string}
 */
export function rowTablesOf({ w5, w9, w10 }) {
  const tables = [
    w5 === undefined ? "" : parkedTableOf(w5),
    w9 === undefined ? "" : readsTableOf(w9),
    w10 === undefined ? "" : familiesTableOf(w10),
  ];
  return tables.filter((table) => table !== "").join("\n\n");
}

/** @param {import("./reads/bench-reads.mjs").ReadFigures} w9 */
function readsTableOf({ title, runs, redisMiB, fillSeconds, idlePing, pages, slow }) {
  const rows = Object.entries(pages).map(([name, page]) => [
    name,
    `${page.p50} ms (p99 ${page.p99})`,
    `${page.kilobytes} kB`,
    `Redis ${page.redis} ms, longest ${page.longest}`,
    `PING p99 ${page.ping} ms`,
  ]);
  return [
    `w9  ${title}`,
    `${runs} runs, ${redisMiB} MiB in Redis, filled in ${fillSeconds} s; idle PING p50 ${idlePing.p50} ms, p99 ${idlePing.p99} ms`,
    columns(rows),
    slow.length === 0 ? "every page is within its targets" : `beyond their targets: ${slow.join(", ")}`,
  ].join("\n");
}

/** @param {import("./families/bench-families.mjs").FamilyFigures} w10 */
function familiesTableOf({ title, parents, children, workers, familyMs, ...w10 }) {
  return columns([
    ["w10", "", `${title}; ${workers} workers`],
    ["", "wide", `${w10.childrenPerSecond} children/s with ${parents} parents of ${children} children each`],
    ["", "deep", `${w10.runsPerSecond} runs/s with ${w10.deepFamilies} families of ${w10.levels} levels`],
    ["", "one", `a family of ${w10.levels} levels takes ${familyMs.p50} ms (p99 ${familyMs.p99})`],
  ]);
}

/** @param {import("./parked/bench-parked.mjs").ParkedFigures} w5 */
function parkedTableOf(w5) {
  const { worker, redis, answerToNextStepMs, wake } = w5;
  const { idle, parked } = worker.rssMiB;
  const { cpuMsPerRun: cpu } = wake;
  const { sleepLateMs: sleep } = w5;
  return columns([
    ["w5", "", w5.title],
    ["", "runs", `${w5.runs}`],
    ["", "worker", `${idle} MiB idle, ${parked} MiB with all parked; CPU ${percent(worker.idleCpuShare)}`],
    ["", "Redis", `${redis.bytesPerRun} bytes per run`],
    [
      "",
      "",
      Object.entries(redis.keyBytes)
        .map(([name, bytes]) => `${name} ${bytes}`)
        .join(", "),
    ],
    ["", "answer", `next step begins after ${answerToNextStepMs.p50} ms (p99 ${answerToNextStepMs.p99})`],
    ["", "sleeps", `under load ${sleep.p50} ms late (p99 ${sleep.p99})`],
    ["", "wake all", `${wake.runsPerSecond} runs/s with ${wake.workers} workers`],
    ["", "CPU", `ms per woken run: client ${cpu.client}, workers ${cpu.workers}, Redis ${cpu.redis}`],
  ]);
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
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

/** @param {readonly (readonly string[])[]} rows */
function columns(rows) {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

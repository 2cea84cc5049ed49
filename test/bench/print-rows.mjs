// The rows of rows.mjs as a person reads them.
import { columns } from "./columns.mjs";

/** @param {import("./parked/bench-parked.mjs").ParkedFigures} w5 */
export function parkedTableOf(w5) {
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

/** @param {import("./reads/bench-reads.mjs").ReadFigures} w9 */
export function readsTableOf({ title, runs, redisMiB, predicted, fillSeconds, idlePing, pages, slow }) {
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
    predicted === undefined
      ? "no prediction: the rows capacity and w5 are not measured"
      : `the capacity model predicts ${predicted.redisMiB} MiB, ${predicted.toMeasured} of what was measured`,
    columns(rows),
    slow.length === 0 ? "every page is within its targets" : `beyond their targets: ${slow.join(", ")}`,
  ].join("\n");
}

/** @param {import("./families/bench-families.mjs").FamilyFigures} figures */
export function familiesTableOf({ title, parents, children, workers, familyMs, ...rest }) {
  return columns([
    ["families", "", `${title}; ${workers} workers`],
    ["", "wide", `${rest.childrenPerSecond} children/s with ${parents} parents of ${children} children each`],
    ["", "deep", `${rest.runsPerSecond} runs/s with ${rest.deepFamilies} families of ${rest.levels} levels`],
    ["", "one", `a family of ${rest.levels} levels takes ${familyMs.p50} ms (p99 ${familyMs.p99})`],
  ]);
}

/** @param {import("./takeover/bench-takeover.mjs").TakeoverFigures} w6 */
export function takeoverTableOf({ title, bullmq, bullmqMax, ...settings }) {
  const rows = /** @type {const} */ (["default", "short"]).map((name) => {
    const { leaseTtlMs, idle, loaded } = settings[name];
    const told = (/** @type {import("./takeover/bench-takeover.mjs").Times} */ times) =>
      `${times.median} s, at most ${times.max}`;
    return ["", name, `lease of ${leaseTtlMs / 1_000} s: idle ${told(idle)}; under load ${told(loaded)}`];
  });
  const theirs = bullmq === null ? "not measured" : `${bullmq} s, at most ${bullmqMax}`;
  return columns([["w6", "", title], ...rows, ["", "BullMQ", theirs]]);
}

/** @param {import("./loop/bench-loop.mjs").LoopFigures} w8 */
export function loopTableOf({ title, ratio, range, worker, redis, elapsed }) {
  const told = (/** @type {{ first: number, last: number }} */ { first, last }) =>
    `${first} µs, then ${last} µs`;
  return columns([
    ["w8", "", title],
    ["", "ratio", `${ratio} (${range.ratio.min}–${range.ratio.max})`],
    ["", "worker", told(worker)],
    ["", "Redis", told(redis)],
    ["", "elapsed", told(elapsed)],
  ]);
}

/** @param {import("./workers/bench-workers.mjs").WorkersFigures} w10 */
export function workersTableOf({ title, workloads }) {
  const rows = Object.entries(workloads).flatMap(([name, { unit, workers, twoToOne, fourToOne }]) => [
    ["", name, `two workers ${twoToOne} of one, four ${fourToOne}`],
    ...Object.entries(workers).map(([count, figures]) => [
      "",
      `  ${count}`,
      `${figures.perSecond} ${unit}; Redis' thread ${percent(figures.redisThread)}, workers ${percent(figures.workers)}, client ${percent(figures.client)} of a core, all cores ${percent(figures.machine)}; full: ${figures.full}`,
    ]),
  ]);
  return columns([["w10", "", title], ...rows]);
}

/** @param {import("./memory/bench-memory.mjs").MemoryFigures} memory */
export function memoryTableOf({ title, unit, runfleet, idle, begun, ended }) {
  return columns([
    ["memory", "", title],
    [
      "",
      "",
      `${runfleet} ${unit} at most; ${idle} without a run, ${begun} when all have begun, ${ended} when all have ended in one moment`,
    ],
  ]);
}

/** @param {import("./capacity/bench-capacity.mjs").CapacityFigures} capacity */
export function capacityTableOf({
  title,
  bytes,
  redisMicroseconds,
  workerMicroseconds,
  clientMicroseconds,
  commands,
}) {
  const told = (
    /** @type {import("./capacity/bench-capacity.mjs").Parts} */ { run, step, child },
    /** @type {string} */ unit,
  ) => `${run} ${unit} a run, ${step} a step, ${child} a child`;
  return columns([
    ["capacity", "", title],
    ["", "memory", told(bytes, "bytes")],
    ["", "Redis", told(redisMicroseconds, "µs")],
    ["", "worker", told(workerMicroseconds, "µs")],
    ["", "client", `${clientMicroseconds} µs a run`],
    ["", "commands", `${commands.run} a run, ${commands.step} a step`],
  ]);
}

/** @param {import("./partitions/bench-partitions.mjs").PartitionsFigures} partitions */
export function partitionsTableOf({ title, runs, counts }) {
  const rows = counts.map((each) => [
    "",
    String(each.partitions),
    `${each.runsPerSecond} runs/s; ms of a processor per run: busiest Redis ${each.busiestRedisMsPerRun}, all Redis ${each.cpuMsPerRun.allRedis}, worker ${each.cpuMsPerRun.worker}, producer ${each.cpuMsPerRun.producer}`,
  ]);
  return columns([["partitions", "", `${title}; ${runs} runs`], ...rows]);
}

// `npm run bench -- --tables`: the tables of README.md and docs/guides/capacity.md out of the committed results. They stand
// between `<!-- bench: NAME -->` and `<!-- /bench -->`; a test says when they are not what the results say.
import { readFile, writeFile } from "node:fs/promises";
import { bytesOf, gibibytesOfMillionParked, mebi, runsPerSecond } from "./capacity/model.mjs";
import { readResults } from "./results.mjs";
import { targets, told } from "./targets.mjs";

/** @typedef {import("./results.mjs").Results} Results */

/** Documents with tables, from the root. */
export const documents = /** @type {const} */ (["README.md", "docs/guides/capacity.md"]);
const unmeasured = "not measured yet";
const measuredSteps = [1, 3, 10, 30];

/** Other circumstances under which the pairs were measured, by what the table calls them. @type {Readonly<Record<string, import("./results.mjs").CircumstancesName>>} */
const circumstances = {
  "Node 24": "full-node24",
  "append-only file `always`": "full-aof-always",
  "no append-only file": "full-aof-no",
};

/** @typedef {Readonly<Record<string, Results>>} Others results under other circumstances */

/** Table by name. @type {Readonly<Record<string, (results: Results, others: Others) => string>>} */
const tables = {
  targets: targetsTable,
  ratios: ratiosTable,
  partitions: partitionsTable,
  machine: machineLine,
  "bytes-and-time": costsTable,
  "runs-per-core": runsTable,
  million: millionTable,
  check: checkTable,
};

/** @returns {Promise<number>} exit code */
export async function writeTables() {
  const results = await readResults("full");
  const others = await readOthers();
  for (const name of documents) {
    const file = fileOf(name);
    await writeFile(file, withTables(await readFile(file, "utf8"), results, others));
  }
  return 0;
}

/** @returns {Promise<Others>} */
export async function readOthers() {
  const read = Object.entries(circumstances).map(async ([called, name]) => [called, await readResults(name)]);
  return Object.fromEntries(await Promise.all(read));
}

/** @param {string} name */
export function fileOf(name) {
  return new URL(`../../${name}`, import.meta.url);
}

/**
 * The text with every table as the results say. Pure. Throws for a table that is not known.
 * @param {string} text
 * @param {Results} results
 * @param {Others} [others]
 */
export function withTables(text, results, others = {}) {
  return text.replace(
    /^<!-- bench: (\S+) -->\n[\s\S]*?^<!-- \/bench -->$/gm,
    (_, /** @type {string} */ name) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`there is no table "${name}"`);
      return `<!-- bench: ${name} -->\n${table(results, others)}\n<!-- /bench -->`;
    },
  );
}

/** @param {readonly (readonly string[])[]} rows the first one is the head */
function markdown([head = [], ...rows]) {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** @param {Results} results */
function targetsTable(results) {
  const rows = Object.entries(targets).map(([name, { workload, target, cells }]) => {
    const { runfleet, bullmq, ratio, isMet } = cells(results) ?? { runfleet: unmeasured };
    const met = isMet === undefined ? "" : isMet ? "met" : "**not met**";
    return [
      name,
      workload,
      runfleet,
      bullmq ?? "–",
      ratio === undefined ? "–" : `${Number(ratio.toPrecision(3))}`,
      target,
      met,
    ];
  });
  return markdown([["", "workload", "Runfleet", "raw BullMQ", "ratio", "target", ""], ...rows]);
}

/** @param {Results} results @param {Others} others */
function ratiosTable(results, others) {
  const columns = Object.entries({ "as above": results, ...others });
  const rows = /** @type {const} */ (["w1", "w2", "w3", "w4", "w7"]).map((name) => [
    name,
    ...columns.map(([, { [name]: figures }]) =>
      figures === undefined ? unmeasured : `${Number(figures.ratio.toPrecision(3))}`,
    ),
  ]);
  return markdown([["ratio to raw BullMQ", ...columns.map(([called]) => called)], ...rows]);
}

/** @param {Results} results */
function partitionsTable({ partitions }) {
  if (partitions === undefined) return unmeasured;
  const rows = partitions.counts.map((figures) => [
    told(figures.partitions),
    `${told(figures.runsPerSecond)} runs/s`,
    `${told(figures.busiestRedisMsPerRun * 1_000)} µs`,
    `${told(figures.runsPerSecondOfOneThread)} runs/s`,
  ]);
  return markdown([
    [
      "partitions",
      "here, all on one machine",
      "the busiest server's thread, per run",
      "which it would allow",
    ],
    ...rows,
  ]);
}

/** What the pairs were measured on; rows that were measured alone have their own in the file. @param {Results} results */
function machineLine({ machine, versions, aof = "everysec" }) {
  if (machine === undefined || versions === undefined) return unmeasured;
  const { node, redis, bullmq } = versions;
  return `${machine.cores} cores (${machine.cpu}), Node ${node}, Redis ${redis} with its append-only file (\`${aof}\`), BullMQ ${bullmq}.`;
}

/** @param {Results} results @returns {import("./capacity/model.mjs").Costs | undefined} */
function costsOf({ capacity, w5 }) {
  if (capacity === undefined || w5 === undefined) return undefined;
  return { capacity, parkedBytes: w5.redis.bytesPerRun, feedBytes: w5.redis.feedBytes };
}

/** @param {Results} results */
function costsTable(results) {
  const costs = costsOf(results);
  const { capacity } = results;
  if (costs === undefined || capacity === undefined) return unmeasured;
  const { bytes, redisMicroseconds, workerMicroseconds, commands } = capacity;
  const row = (
    /** @type {string} */ what,
    /** @type {"run" | "step" | "child"} */ part,
    /** @type {string} */ sent,
  ) => [
    what,
    `${told(bytes[part])} bytes`,
    sent,
    `${told(redisMicroseconds[part])} µs`,
    `${told(workerMicroseconds[part])} µs`,
  ];
  return markdown([
    ["", "kept in Redis", "commands", "Redis' thread", "a worker's processor time"],
    ["a run that waits (gate, sleep, signal, delay)", `${told(costs.parkedBytes)} bytes`, "", "", ""],
    row("a run, without its steps", "run", told(commands.run)),
    row("a step", "step", told(commands.step)),
    row("a child with one step", "child", ""),
  ]);
}

/** @param {Results} results */
function runsTable({ capacity }) {
  if (capacity === undefined) return unmeasured;
  const { redisMicroseconds, workerMicroseconds } = capacity;
  const rows = measuredSteps.map((steps) => {
    const [redis, worker] = [
      runsPerSecond(redisMicroseconds, steps),
      runsPerSecond(workerMicroseconds, steps),
    ];
    return [
      `${steps}`,
      `${told(Math.floor(redis))} runs/s`,
      `${told(Math.floor(worker))} runs/s`,
      told(redis / worker),
    ];
  });
  return markdown([
    ["steps of a run", "one core of Redis", "one worker with a core", "workers that fill Redis"],
    ...rows,
  ]);
}

/** @param {Results} results */
function millionTable(results) {
  const costs = costsOf(results);
  const { w5 } = results;
  if (costs === undefined || w5 === undefined) return unmeasured;
  const { wake } = w5;
  const woken = (/** @type {number} */ perSecond) => `${told(1_000_000 / perSecond / 60)} minutes`;
  return markdown([
    ["a million parked runs", ""],
    ["memory of Redis, their inputs not counted", `${told(gibibytesOfMillionParked(costs))} GiB`],
    ["workers and slots while they wait", "none"],
    [
      `all woken at once, ${wake.workers} workers on the machine of the measurement`,
      woken(wake.runsPerSecond),
    ],
    ["the same when only one core of Redis is the limit", woken(1_000 / wake.cpuMsPerRun.redis)],
  ]);
}

/** @param {Results} results */
function checkTable(results) {
  const costs = costsOf(results);
  const holding = results.w9?.holding;
  if (costs === undefined || results.w9 === undefined || holding === undefined) return unmeasured;
  const predicted = bytesOf(costs, holding) / mebi;
  const { parked = 0, ended = 0, steps = 0, children = 0 } = holding;
  const counted = [parked, ended, children, steps].map(told);
  return markdown([
    [
      "waiting runs",
      "ended runs",
      "children",
      "steps of runs",
      "predicted",
      "measured",
      "predicted to measured",
    ],
    [
      ...counted,
      `${told(predicted)} MiB`,
      `${told(results.w9.redisMiB)} MiB`,
      told(predicted / results.w9.redisMiB),
    ],
  ]);
}

// `npm run bench -- --tables`: the tables of README.md and docs/guides/capacity.md out of the committed results. They stand
// between `<!-- bench: NAME -->` and `<!-- /bench -->`; a test says when they are not what the results say.
import { readFile, writeFile } from "node:fs/promises";
import { bytesOf, gibibytesOfMillionParked, mebi, runsPerSecond } from "./capacity/model.mjs";
import { readResults } from "./results.mjs";
import { targets, told } from "./targets.mjs";

/**
 * @typedef {import("./results.mjs").Results} Results
 * @typedef {keyof typeof circumstances} Circumstances
 * @typedef {Readonly<Partial<Record<Circumstances, Results>>>} Elsewhere
 */

/** Documents with tables, from the root. */
export const documents = /** @type {const} */ (["README.md", "docs/guides/capacity.md"]);
const unmeasured = "not measured yet";
const measuredSteps = [1, 3, 10, 30];

/** Results beside the usual ones, and what is different there. */
const circumstances = {
  "full-aof-no": "no append-only file",
  "full-aof-always": "the file written through before each answer (`always`)",
  "full-node24": "Node 24",
};

/** Table by name. @type {Readonly<Record<string, (results: Results, elsewhere: Elsewhere) => string>>} */
const tables = {
  targets: targetsTable,
  machine: machineLine,
  "bytes-and-time": costsTable,
  "runs-per-core": runsTable,
  million: millionTable,
  check: checkTable,
  partitions: partitionsTable,
  circumstances: circumstancesTable,
};

/** @returns {Promise<number>} exit code */
export async function writeTables() {
  const [results, elsewhere] = [await readResults("full"), await readElsewhere()];
  for (const name of documents) {
    const file = fileOf(name);
    await writeFile(file, withTables(await readFile(file, "utf8"), results, elsewhere));
  }
  return 0;
}

/** @param {string} name */
export function fileOf(name) {
  return new URL(`../../${name}`, import.meta.url);
}

/** @returns {Promise<Elsewhere>} */
export async function readElsewhere() {
  const names = /** @type {Circumstances[]} */ (Object.keys(circumstances));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readResults(name)])));
}

/**
 * The text with every table as the results say. Pure. Throws for a table that is not known.
 * @param {string} text
 * @param {Results} results
 * @param {Elsewhere} [elsewhere]
 */
export function withTables(text, results, elsewhere = {}) {
  return text.replace(
    /^<!-- bench: (\S+) -->\n[\s\S]*?^<!-- \/bench -->$/gm,
    (_, /** @type {string} */ name) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`there is no table "${name}"`);
      return `<!-- bench: ${name} -->\n${table(results, elsewhere)}\n<!-- /bench -->`;
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

/** @param {Results} results */
function partitionsTable({ partitions }) {
  if (partitions === undefined) return unmeasured;
  const rows = partitions.counts.map(({ partitions: count, ...each }) => {
    const { producer, worker, allRedis } = each.cpuMsPerRun;
    return [
      ...[`${count}`, `${told(each.runsPerSecondOfOneThread)} runs/s`, `${told(each.runsPerSecond)} runs/s`],
      ...[allRedis, worker, producer].map((ms) => `${told(ms * 1_000)} µs`),
    ];
  });
  return markdown([
    [
      ...["partitions, each on a server of its own", "what the busiest thread of Redis allows", "done here"],
      ...["all of Redis", "worker", "producer"],
    ],
    ...rows,
  ]);
}

/** @param {Results} results @param {Elsewhere} elsewhere */
function circumstancesTable(results, elsewhere) {
  const workloads = /** @type {const} */ (["w1", "w2", "w3", "w4", "w7"]);
  const row = (/** @type {string} */ what, /** @type {Results} */ measured) => [
    what,
    ...workloads.map((name) => {
      const figures = measured[name];
      return figures === undefined
        ? unmeasured
        : `${Number(figures.ratio.toPrecision(3))} (${told(figures.runfleet)} ${figures.unit})`;
    }),
  ];
  return markdown([
    ["ratio to raw BullMQ", ...workloads],
    row("as in the README", results),
    ...Object.entries(circumstances).map(([name, what]) =>
      row(what, elsewhere[/** @type {Circumstances} */ (name)] ?? {}),
    ),
  ]);
}

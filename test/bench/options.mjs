// What `npm run bench` can be told. Unknown words are an error with the list of known ones.
import { parseArgs } from "node:util";
import { rows } from "./rows.mjs";
import { workloads } from "./workloads.mjs";

/** Rows that can be measured and saved without the others. */
const alone = Object.keys(rows);
/** Measured in the same repetitions, so saved together. */
const pairs = Object.keys(workloads);
/** Everything that can be measured: the pairs against BullMQ, and what stands alone. */
const known = [...pairs, ...alone];
const aofs = /** @type {const} */ (["everysec", "always", "no"]);
const minutesMax = 24 * 60;

/**
 * @typedef {import("./workloads.mjs").Scale} Scale
 * @typedef {{
 *   scale: Scale, names: string[], repetitions: number, aof: import("./place.mjs").Aof, json: boolean, save: boolean,
 *   compare: boolean, profile: boolean, costs: boolean, soak: boolean, minutes: number, tables: boolean, engine: boolean,
 *   help: boolean,
 * }} BenchOptions
 */

export const usage = `npm run bench [-- options]
  --quick            about three minutes instead of about fifteen
  --only w1,w2       of ${known.join(", ")}
  --repetitions N    of the pairs against BullMQ; at least 3, which is the default
  --aof HOW          how Redis writes its append-only file: ${aofs.join(", ")} (no file at all); default everysec
  --json             the results as one JSON document on standard output, nothing else there
  --save             writes the results to test/bench/results/, to be committed; with --only rows of
                     ${alone.join(", ")},
                     and ${pairs.join(",")} together
  --compare          fails when a ratio is more than 20 % worse than the committed one
  --tables           instead of measuring: writes the tables of README.md and docs/guides/capacity.md anew from the
                     committed results
  --profile          CPU profiles of Runfleet's processes under w1 and w2 instead of figures
  --costs            processor time per unit of each process, and of Redis by script, instead of figures
  --soak             instead of figures: 70 % of what the machine can do, for a while; fails when worker, server or Redis grow
  --minutes N        of the soak; default 30
  --engine           instead of all this: what a decision costs after few and after many steps`;

/**
 * Throws an Error with a sentence for a person.
 * @param {string[]} args
 * @returns {BenchOptions}
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      repetitions: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      save: { type: "boolean", default: false },
      compare: { type: "boolean", default: false },
      profile: { type: "boolean", default: false },
      costs: { type: "boolean", default: false },
      soak: { type: "boolean", default: false },
      minutes: { type: "string", default: "30" },
      aof: { type: "string", default: "everysec" },
      tables: { type: "boolean", default: false },
      engine: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 3)
    throw new Error("--repetitions needs a whole number of at least 3");
  const minutes = Number(values.minutes);
  if (!(minutes >= 1 && minutes <= minutesMax))
    throw new Error(`--minutes needs a number from 1 to ${minutesMax}`);
  const aof = aofs.find((each) => each === values.aof);
  if (aof === undefined) throw new Error(`--aof needs one of ${aofs.join(", ")}`);
  const names = values.only === undefined ? known : values.only.split(",");
  for (const name of names) {
    if (!known.includes(name))
      throw new Error(`there is no workload "${name}"; there are ${known.join(", ")}`);
  }
  const pairsNamed = pairs.filter((name) => names.includes(name)).length;
  if (values.save && pairsNamed > 0 && pairsNamed < pairs.length)
    throw new Error(`--save needs ${pairs.join(",")} together, or only some of ${alone.join(", ")}`);
  const { json, save, compare, profile, costs, soak, tables, engine, help } = values;
  const scale = values.quick ? "quick" : "full";
  return {
    ...{ scale, names, repetitions, aof, json, save, compare },
    ...{ profile, costs, soak, minutes, tables, engine, help },
  };
}

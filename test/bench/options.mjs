// What `npm run bench` can be told. Unknown words are an error with the list of known ones.
import { parseArgs } from "node:util";
import { workloads } from "./workloads.mjs";

/** What has no other system to be compared with, and can be measured and saved alone: parked runs, reads of many runs, families. */
export const alone = /** @type {const} */ (["w5", "w9", "w10"]);
/** Everything that can be measured: the pairs against BullMQ, and what stands alone. */
const known = [...Object.keys(workloads), ...alone];

/**
 * @typedef {import("./workloads.mjs").Scale} Scale
 * @typedef {{
 *   scale: Scale, names: string[], repetitions: number, json: boolean, save: boolean, compare: boolean,
 *   profile: boolean, costs: boolean, engine: boolean, help: boolean,
 * }} BenchOptions
 */

export const usage = `npm run bench [-- options]
  --quick            under a minute instead of under six
  --only w1,w2       of ${known.join(", ")}
  --repetitions N    at least 3, which is the default
  --json             the results as one JSON document on standard output, nothing else there
  --save             writes the results to test/bench/results/, to be committed; with --only ${alone.join(" or ")} that row
  --compare          fails when a ratio is more than 20 % worse than the committed one
  --profile          CPU profiles of Runfleet's processes under w1 and w2 instead of figures
  --costs            processor time per unit of each process, and of Redis by script, instead of figures
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
      engine: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const repetitions = Number(values.repetitions);
  if (!Number.isInteger(repetitions) || repetitions < 3)
    throw new Error("--repetitions needs a whole number of at least 3");
  const names = values.only === undefined ? known : values.only.split(",");
  for (const name of names) {
    if (!known.includes(name))
      throw new Error(`there is no workload "${name}"; there are ${known.join(", ")}`);
  }
  if (values.save && values.only !== undefined && !alone.some((name) => name === values.only))
    throw new Error(`--save needs all workloads, or one of ${alone.join(", ")} alone`);
  const { json, save, compare, profile, costs, engine, help } = values;
  const scale = values.quick ? "quick" : "full";
  return { scale, names, repetitions, json, save, compare, profile, costs, engine, help };
}

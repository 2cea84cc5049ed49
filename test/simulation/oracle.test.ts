/**
 * Engine and oracle tell the same story about 5,000 random programs: what was asked of the world and when, the
 * timeline, every step record, what is remembered at the end. With RUNFLEET_SIM_SEEDS there are 10,000 or as many as it
 * says, RUNFLEET_SIM_SEED tries one, RUNFLEET_ORACLE_PROGRAMS fewer.
 */
import { expect, test } from "vitest";
import { runEngine } from "./oracle/engine-run.js";
import { interpret } from "./oracle/interpreter.js";
import { areSame } from "./oracle/lines.js";
import { programOf, secretValue } from "./oracle/programs.js";
import { createCount } from "./oracle/situations.js";

const single = process.env["RUNFLEET_SIM_SEED"];
const fewer = process.env["RUNFLEET_ORACLE_PROGRAMS"];
/** So many programs are looked into for what they come upon, if there are that many. */
const counted = 5_000;
const more = process.env["RUNFLEET_SIM_SEEDS"];
const wanted = Number(fewer ?? (more === undefined ? counted : Math.max(10_000, Number(more))));
const perTest = 1_000;

const count = createCount();

async function compare(seed: number): Promise<void> {
  const program = programOf(seed);
  const engine = runEngine(program).account;
  const oracle = await interpret(program);
  const { asked: _commands, ...told } = engine;
  const left = engine.asked.filter((line) => / (startChild|cancelChild|collectItems) /.test(line));
  if (JSON.stringify([told, left]).includes(secretValue)) throw new Error(`program ${seed} tells its secret`);
  if (!areSame(engine, oracle)) expect(engine, `program ${seed}`).toEqual(oracle);
  if (seed <= counted) count.add(engine);
}

const firsts = Array.from({ length: Math.ceil(wanted / perTest) }, (_, index) => 1 + index * perTest);

if (single === undefined) {
  test.each(firsts)(
    "engine and oracle agree about 1,000 programs from number %i",
    { timeout: 120_000 },
    async (from) => {
      for (let seed = from; seed < from + perTest; seed += 1) await compare(seed);
    },
  );

  if (wanted >= counted) {
    test("the programs really reach what can happen", () => {
      expect(count.programs()).toBe(counted);
      expect(count.missing()).toEqual([]);
    });
  }
} else {
  test(`engine and oracle agree about program ${single}`, () => compare(Number(single)));
}

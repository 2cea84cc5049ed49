/** Load shapes: runs by the time they become ready and how long each holds a slot. The same on every machine. */
import { createRandom, type Random } from "../../../packages/testing/src/simulated/random.js";

export interface LoadedRun {
  /** Milliseconds after the start. */
  readonly readyAt: number;
  readonly holdMs: number;
  /** Known before: a schedule, a sleep, a retry. */
  readonly isTimed?: boolean;
}

export interface Load {
  readonly name: string;
  readonly about: string;
  readonly lastsMs: number;
  readonly runs: readonly LoadedRun[];
}

const secondMs = 1_000;
const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Runs at a rate per second that changes with time; the time between two is exponential, as of many independent producers. */
function arrivals(
  random: Random,
  lastsMs: number,
  { rate, holdMs }: { rate: (at: number) => number; holdMs: () => number },
): LoadedRun[] {
  const peak = Math.max(...Array.from({ length: 1_000 }, (_, step) => rate((step * lastsMs) / 1_000)));
  const runs: LoadedRun[] = [];
  for (let at = 0; ; ) {
    at += (-Math.log(1 - random.next()) / peak) * secondMs;
    if (at >= lastsMs) return runs;
    if (random.next() * peak < rate(at)) runs.push({ readyAt: at, holdMs: holdMs() });
  }
}

function exponential(random: Random, meanMs: number): () => number {
  return () => 1 + -Math.log(1 - random.next()) * meanMs;
}

function between(random: Random, leastMs: number, mostMs: number): () => number {
  return () => leastMs + random.next() * (mostMs - leastMs);
}

function step(): Load {
  const random = createRandom(1);
  const lastsMs = hourMs;
  const isHigh = (at: number) => at >= 10 * minuteMs && at < 30 * minuteMs;
  const rate = (at: number) => (isHigh(at) ? 20 : 1);
  const runs = arrivals(random, lastsMs, { rate, holdMs: exponential(random, 4 * secondMs) });
  return { name: "step", about: "1 run/s of 4 s, 20 runs/s for twenty minutes", lastsMs, runs };
}

function spike(): Load {
  const random = createRandom(2);
  const holdMs = exponential(random, 2 * secondMs);
  const at = [5 * minuteMs, 35 * minuteMs];
  const runs = at.flatMap((readyAt) => Array.from({ length: 2_000 }, () => ({ readyAt, holdMs: holdMs() })));
  return { name: "spike", about: "2,000 runs of 2 s at once, twice in an hour", lastsMs: hourMs, runs };
}

function sawtooth(): Load {
  const random = createRandom(3);
  const lastsMs = hourMs;
  const rate = (at: number) => ((at % (10 * minuteMs)) / (10 * minuteMs)) * 20;
  const runs = arrivals(random, lastsMs, { rate, holdMs: exponential(random, 5 * secondMs) });
  return { name: "sawtooth", about: "0 to 20 runs/s of 5 s in ten minutes, again and again", lastsMs, runs };
}

function daily(): Load {
  const random = createRandom(4);
  const lastsMs = 24 * hourMs;
  const rate = (at: number) => Math.max(0, Math.sin((at / lastsMs) * 2 * Math.PI - Math.PI / 2)) * 0.5;
  const runs = arrivals(random, lastsMs, { rate, holdMs: exponential(random, 5 * minuteMs) });
  return { name: "daily curve", about: "up to 1 run in 2 s of 5 min at noon, none at night", lastsMs, runs };
}

function longRuns(): Load {
  const random = createRandom(5);
  const lastsMs = 6 * hourMs;
  const rate = (at: number) => (at % (2 * hourMs) < 20 * minuteMs ? 0.15 : 0.002);
  const runs = arrivals(random, lastsMs, { rate, holdMs: between(random, 10 * minuteMs, hourMs) });
  return { name: "long runs", about: "waves of 180 runs that hold a slot for 10 to 60 min", lastsMs, runs };
}

function mixture(): Load {
  const random = createRandom(6);
  const lastsMs = 2 * hourMs;
  const long = between(random, 15 * minuteMs, 45 * minuteMs);
  const short = exponential(random, 200);
  const rate = (at: number) => (at % hourMs < 20 * minuteMs ? 20 : 1);
  const runs = arrivals(random, lastsMs, { rate, holdMs: () => (random.chance(0.004) ? long() : short()) });
  return { name: "mixture", about: "1 to 20 runs/s of 0.2 s, 1 of 250 of half an hour", lastsMs, runs };
}

function timers(): Load {
  const random = createRandom(7);
  const holdMs = exponential(random, 3 * secondMs);
  const times = Array.from({ length: 11 }, (_, hour) => (hour + 1) * hourMs);
  const runs = times.flatMap((readyAt) =>
    Array.from({ length: 50 }, () => ({ readyAt, holdMs: holdMs(), isTimed: true })),
  );
  return { name: "timers", about: "50 runs of 3 s by schedule, each hour", lastsMs: 12 * hourMs, runs };
}

export const loads: readonly Load[] = [step(), spike(), sawtooth(), daily(), longRuns(), mixture(), timers()];

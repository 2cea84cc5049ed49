/**
 * What an operator wants of a pool's size: shapes and rules, with a reason for each default. How many workers follow from
 * it is decided in `packages/scaling`.
 */
import { z } from "zod";

const hourMs = 3_600_000;
const wholeMs = (min: number, max: number) => z.int().min(min).max(max);

/** What becomes of workers that have runs in hand when fewer are wanted. */
export const busyWorkerRules = ["keep", "keep-all", "drain"] as const;

const shape = z.strictObject({
  /** How long a ready run may wait for a slot: half a minute is little beside a step of an agent, and enough to start a worker in. */
  targetMs: wholeMs(1_000, hourMs).default(30_000),
  /** 0: the pool may be empty while nothing is to be done. */
  min: z.int().min(0).max(10_000).default(0),
  /** What may be paid for; ten workers of 32 slots work on 320 runs. */
  max: z.int().min(1).max(10_000).default(10),
  /** From asking for a worker until it takes its first run: autoscaler's round, scheduling, start of the process. */
  startupMs: wholeMs(0, hourMs).default(15_000),
  /** Fewer are wanted only when fewer were enough for this long: workers that go and come cost more than ones that stay. */
  shrinkAfterMs: wholeMs(0, 24 * hourMs).default(300_000),
  /** The last worker goes this long after the last work: the next run after it waits for a start. */
  zeroAfterMs: wholeMs(0, 24 * hourMs).default(300_000),
  /**
   * `keep`: as many as have runs in hand are always wanted; whoever scales in takes the idle ones. `keep-all`: none goes while
   * anything is in hand, where the busy ones may be hit. `drain`: any may go, where no step is longer than the grace period.
   */
  busyWorkers: z.enum(busyWorkerRules).default("keep"),
  /** Of a worker, as long as none has been seen; afterwards as workers say. */
  slots: z.int().min(1).max(1_000).default(32),
});

/** Throws zod's error for what cannot be; what is absent gets its default. */
export const scalingPolicySchema = shape.refine(({ min, max }) => min <= max, {
  message: "min must not be more than max",
  path: ["min"],
});
export type ScalingPolicy = z.infer<typeof scalingPolicySchema>;
const known: ReadonlySet<string> = new Set(Object.keys(shape.shape));

/** A policy as it was set, JSON. What a later version knows besides is passed over. */
export function readScalingPolicy(text: string): ScalingPolicy {
  const members = Object.entries(JSON.parse(text) as object).filter(([name]) => known.has(name));
  return scalingPolicySchema.parse(Object.fromEntries(members));
}

/** As people write it: every member may be absent. */
export type ScalingPolicyInput = z.input<typeof scalingPolicySchema>;

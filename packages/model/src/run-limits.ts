/**
 * How many runs of a workflow are worked on at once, and how fast they start: shapes, rules, and how a key is made from
 * a run's inputs. Which run has its turn is decided in the store.
 */
import { z } from "zod";
import { durationMsMax } from "./duration.js";
import { RunfleetError } from "./error.js";
import { limits } from "./limits.js";
import { wholeNumberProblem } from "./start-options.js";

/** With a key: `limit` runs of each value of the key at once, and `total` of the workflow. Without: `limit` of the workflow. */
export const concurrencySchema = z.object({
  key: z.string().min(1).optional(),
  limit: z.int().min(1),
  total: z.int().min(1).optional(),
});
export type Concurrency = z.infer<typeof concurrencySchema>;

/** `limit` starts in each `perMs`, evenly spaced but for `burst` (default 1) that may come at once; of each value of the key. */
export const rateSchema = z.object({
  key: z.string().min(1).optional(),
  limit: z.int().min(1),
  perMs: z.int().min(1),
  burst: z.int().min(1).optional(),
});
export type Rate = z.infer<typeof rateSchema>;

export interface RunLimits {
  readonly concurrency?: Concurrency | undefined;
  readonly rate?: Rate | undefined;
}

/** What an operator sets for a workflow while it is in use; absent = as the definition and the starts say. */
export interface LimitChange {
  readonly workflow: string;
  /** Runs of the workflow at once; 0 lets none begin or go on. */
  readonly total?: number;
  /** Runs of each value of the key at once. */
  readonly perKey?: number;
  readonly rate?: Omit<Rate, "key">;
}

const placeholder = /\{\{\s*(?:inputs\.)?(.*?)\s*\}\}/g;

/** Names of the inputs that a key is made of. */
export function keyInputs(key: string): string[] {
  return [...key.matchAll(placeholder)].map(([, name]) => name ?? "");
}

/** The limits of one run: keys are values now. An input that was not given is empty. */
export function limitsOfRun(
  { concurrency, rate }: RunLimits,
  inputs: Readonly<Record<string, string>>,
): { readonly concurrency?: Concurrency; readonly rate?: Rate } {
  const rendered = <T extends Concurrency | Rate>(limit: T): T =>
    limit.key === undefined ? limit : { ...limit, key: keyOf(limit.key, inputs) };
  return {
    ...(concurrency === undefined ? {} : { concurrency: rendered(concurrency) }),
    ...(rate === undefined ? {} : { rate: rendered(rate) }),
  };
}

function keyOf(key: string, inputs: Readonly<Record<string, string>>): string {
  return key.replace(placeholder, (_, name: string) =>
    Object.hasOwn(inputs, name) ? (inputs[name] ?? "") : "",
  );
}

/** Why limits cannot be kept, or nothing when they can. */
export function limitsProblem({ concurrency, rate }: RunLimits): string | undefined {
  const most = { min: 1, max: limits.concurrencyMax };
  if (concurrency !== undefined) {
    const { key, limit, total } = concurrency;
    if (!isKey(key)) return "the key of concurrency must be a text that is not empty";
    if (total !== undefined && key === undefined)
      return "concurrency without a key has a limit only; its total is that limit";
    const problem =
      wholeNumberProblem({ what: "limit of concurrency", value: limit ?? Number.NaN, ...most }) ??
      wholeNumberProblem({ what: "total of concurrency", value: total, ...most });
    if (problem !== undefined) return problem;
  }
  if (rate === undefined) return undefined;
  if (!isKey(rate.key)) return "the key of rate must be a text that is not empty";
  return rateProblem(rate);
}

/** Starts come from programs and files that no compiler has seen. */
function isKey(key: unknown): boolean {
  return key === undefined || (typeof key === "string" && key !== "");
}

/** The same for what an operator sets. */
export function limitChangeProblem({ total, perKey, rate }: LimitChange): string | undefined {
  if (total === undefined && perKey === undefined && rate === undefined)
    return "nothing to set: give a total, a limit per key or a rate";
  const most = { min: 0, max: limits.concurrencyMax };
  return (
    wholeNumberProblem({ what: "total", value: total, ...most }) ??
    wholeNumberProblem({ what: "limit per key", value: perKey, ...most }) ??
    (rate === undefined ? undefined : rateProblem(rate))
  );
}

/** The error of a start that would have to wait longer than the queue can keep it. */
export function rateFull({
  workflow,
  rate,
}: {
  readonly workflow: string;
  readonly rate?: Rate;
}): RunfleetError {
  const message = `no start of workflow "${workflow}" can be taken: its rate is taken up for a year`;
  return new RunfleetError("rate_full", message, { details: { workflow, rate } });
}

function rateProblem({ limit, perMs, burst }: Omit<Rate, "key">): string | undefined {
  const most = { min: 1, max: limits.concurrencyMax };
  return (
    wholeNumberProblem({ what: "limit of rate", value: limit ?? Number.NaN, ...most }) ??
    wholeNumberProblem({
      what: "milliseconds of rate",
      value: perMs ?? Number.NaN,
      min: 1,
      max: durationMsMax,
    }) ??
    wholeNumberProblem({ what: "burst of rate", value: burst, ...most })
  );
}

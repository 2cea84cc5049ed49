/**
 * The configuration of the workers in chaos runs: one action for every call. It works for a moment, has its effect in
 * the middle, and works on, so that a death may come before and after the effect. Which names do what is in the table.
 */
import { setTimeout as pause } from "node:timers/promises";
import {
  type ActionContext,
  type ActionResult,
  defineAction,
  defineConfig,
  NonRetryableError,
} from "@runfleet/worker";
import { hashOf } from "../../../packages/testing/src/simulated/random.js";
import {
  appendEffect,
  appendUnlessClosed,
  ledgerVariable,
  lookUp,
  onceActions,
  placeVariable,
  rightTime,
  tokenMarker,
} from "./ledger.js";

type Context = ActionContext<unknown>;
type Ending = (context: Context, result: ActionResult<unknown>) => Promise<ActionResult<unknown>>;

/** Half of the time one attempt takes: a worker that is hit has many in hand. */
const halfWorkMs = { min: 10, max: 150 } as const;
/** More of it where an effect must not be repeated: there are few such steps, and some must be hit. */
const longerMs = 1_500;
const ledger = process.env[ledgerVariable] ?? "";
const place = process.env[placeVariable] ?? "";

/** Action name → how its attempt ends after the effect; any other succeeds. */
const endings: Readonly<Record<string, Ending>> = {
  async flaky(context, result) {
    if (context.attempt < 3) throw new Error(`attempt ${context.attempt} of ${markerOf(context)} fails`);
    return result;
  },
  async broken(context) {
    throw new NonRetryableError(`${markerOf(context)} always fails`);
  },
  async hang({ signal }) {
    await pause(3_600_000, undefined, { signal });
    return {};
  },
  async again(_context, result) {
    return { ...result, markers: [...(result.markers ?? []), "more"] };
  },
};

const gatherers: ReadonlySet<string> = new Set(["merge", "collect", "after", "cleanup"]);

function markerOf(context: Context): string {
  return tokenMarker(context.fencingToken);
}

/** What a step says follows from the run alone: its name, its input, and for those that gather all that was said before. */
function saying({ action, variables }: Context): string {
  const { n, prior_contexts: earlier = "[]" } = variables;
  const said = (JSON.parse(earlier) as readonly { readonly context: string }[]).map(({ context }) => context);
  if (gatherers.has(action)) return [action, ...said.sort()].join(", ");
  return n === undefined ? action : `${action}, ${n}`;
}

async function work(
  context: Context,
  { append, moreMs }: { readonly append: typeof appendEffect; readonly moreMs: number },
): Promise<void> {
  const { idempotencyKey, attempt, fencingToken } = context;
  const hash = hashOf(`${idempotencyKey}#${attempt}`);
  const halfMs = moreMs + halfWorkMs.min + (hash % (halfWorkMs.max - halfWorkMs.min));
  // Every second step ignores its abort signal, as careless code does: a former owner's effect then comes late.
  const heeds = hash % 2 === 0 ? { signal: context.signal } : {};
  await pause(halfMs, undefined, heeds);
  append(ledger, { key: idempotencyKey, attempt, token: Number(fencingToken), place, at: rightTime() });
  await pause(halfMs, undefined, heeds);
}

async function workToAnEnd(context: Context): Promise<ActionResult<unknown>> {
  await work(context, { append: appendEffect, moreMs: 0 });
  const result = { markers: [markerOf(context)], context: saying(context) };
  return (await endings[context.action]?.(context, result)) ?? result;
}

const [probing, asking] = onceActions;
const send = defineAction<unknown>({
  name: asking,
  effect: "at-most-once",
  async run(context) {
    await work(context, { append: appendUnlessClosed, moreMs: longerMs });
    return { context: context.action };
  },
});
const pay = defineAction<unknown>({
  ...send,
  name: probing,
  async probe({ action, idempotencyKey: key, fencingToken }) {
    return lookUp(ledger, { key, token: Number(fencingToken) })
      ? { done: { context: action } }
      : { notDone: true };
  },
});

export default defineConfig({
  actions: [pay, send],
  fallback: { name: "work", run: workToAnEnd },
  scriptEnv: () => ({ [ledgerVariable]: ledger, [placeVariable]: place }),
});

/**
 * Performs `pollGate`: asks the gate's resolver once, for a limited time. A resolver that throws, takes too long or
 * answers something else has not answered: the gate stays pending, with the problem, and is asked again.
 */
import type { PollGate, WorkerEvent } from "@runfleet/model";
import { formatDuration } from "@runfleet/model";
import type { Clock } from "../clock.js";
import type { GateResolver, PollAnswer } from "../config.js";
import { failureOf } from "../outcomes.js";
import type { PerformContext } from "./context.js";

/** The worker's slot is held while a resolver is asked. */
const pollTimeoutMsDefault = 30_000;

const verdicts: ReadonlySet<unknown> = new Set(["approved", "rejected", "pending"]);

export async function pollGate(
  command: PollGate,
  context: PerformContext,
  signal: AbortSignal,
): Promise<WorkerEvent> {
  const { address, node, variables } = command;
  const resolver = context.registry.gate(node.gateType);
  const unanswered = { type: "gatePolled", address, verdict: "pending" } as const;
  if (resolver === undefined) {
    const problem = `this worker has no resolver for gates of type "${node.gateType}"`;
    context.log.warn(problem, { gate: node.name });
    return { ...unanswered, problem };
  }
  const interval = resolver.intervalMs === undefined ? {} : { pollAfterMs: resolver.intervalMs };
  try {
    const asked = { run: context.run, gate: node, variables };
    const answer = await withinTime(resolver, asked, { signal, clock: context.clock });
    return { type: "gatePolled", address, ...interval, ...checked(answer) };
  } catch (error) {
    const problem = failureOf(error).message;
    context.log.warn("gate resolver failed, asking again later", { gate: node.name, error: problem });
    return { ...unanswered, ...interval, problem };
  }
}

type Asked = Omit<Parameters<GateResolver["poll"]>[0], "signal">;

/** The resolver's answer; rejects at the limit, also when the resolver does not heed its signal. */
async function withinTime(
  resolver: GateResolver,
  asked: Asked,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<unknown> {
  const limitMs = resolver.timeoutMs ?? pollTimeoutMsDefault;
  const late = new AbortController();
  const both = AbortSignal.any([signal, late.signal]);
  const cut = new Promise<never>((_, reject) => {
    both.addEventListener("abort", () => reject(reasonOf(both)), { once: true });
  });
  // Heard below, unless the resolver was faster.
  cut.catch(() => {});
  const cancel = clock.after(limitMs, () =>
    late.abort(new Error(`no answer within ${formatDuration(limitMs)}`)),
  );
  try {
    return await Promise.race([resolver.poll({ ...asked, signal: both }), cut]);
  } catch (error) {
    // A resolver that heeds its signal says that it was aborted, not why.
    throw late.signal.aborted ? reasonOf(late.signal) : error;
  } finally {
    cancel();
  }
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(`the poll was given up: ${String(reason)}`);
}

/** Throws for what is no answer: an unknown verdict must not become a decision. */
function checked(answer: unknown): PollAnswer {
  const { verdict, text, pollAfterMs } = (answer ?? {}) as Partial<Record<keyof PollAnswer, unknown>>;
  if (!verdicts.has(verdict)) {
    throw new Error(`the resolver answered ${JSON.stringify(answer)} instead of a verdict`);
  }
  return {
    verdict: verdict as PollAnswer["verdict"],
    ...(typeof text === "string" ? { text } : {}),
    ...(typeof pollAfterMs === "number" && Number.isFinite(pollAfterMs) ? { pollAfterMs } : {}),
  };
}

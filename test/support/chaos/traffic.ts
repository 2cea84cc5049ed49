/** The life outside: starts runs of every scenario in rounds, answers gates, cancels what is to be cancelled. */
import { setMaxListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { AnswerOptions, FleetClient, GateDocument } from "@runfleet/client";
import { doubtGateType, isEnded, isRunfleetError } from "@runfleet/model";
import { lookUp, rightTime } from "./ledger.js";
import { scenarios } from "./scenarios.js";

/** A run that the store confirmed, with the time on a clock that is right. */
export interface StartedRun {
  readonly id: string;
  readonly at: number;
}

export interface Traffic {
  readonly started: readonly StartedRun[];
  /** No new runs from now on. */
  stopStarting(): Promise<void>;
  /** Answers no more gates and asks for no more cancels. */
  close(): Promise<void>;
}

export interface TrafficOptions {
  readonly client: FleetClient;
  /** Runs of each scenario per round. */
  readonly perRound: number;
  readonly roundMs: number;
  /** Where a person looks who is asked whether something has happened. */
  readonly ledger: string;
}

const gateLookMs = 200;
const cancelLookMs = 800;
/** Redis is back long before. */
const awayMsMax = 60_000;
/** What may happen to an answer that comes at the same time as another or as the end. */
const lateAnswers = ["gate_answered", "gate_not_found", "run_ended", "run_not_found"] as const;

/** Publishes the workflows and begins. */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { client, perRound, roundMs, ledger } = options;
  await client.publish(Object.values(scenarios).map(({ source }) => ({ source })));
  const startsEnd = new AbortController();
  const answersEnd = new AbortController();
  // Every run that is to be cancelled waits on it.
  setMaxListeners(0, answersEnd.signal);
  const cancels: Promise<void>[] = [];
  const started: StartedRun[] = [];

  const startRound = async (): Promise<void> => {
    for (const [name, { inputs = {}, cancelsAt }] of Object.entries(scenarios)) {
      for (let index = 0; index < perRound; index += 1) {
        const idempotencyKey = `${name} ${started.length}`;
        const { id } = await untilDone(() => client.start(name, { inputs, idempotencyKey }));
        started.push({ id, at: rightTime() });
        if (cancelsAt === undefined) continue;
        const cancel = cancelAt(client, { id, step: cancelsAt, until: answersEnd.signal });
        cancel.catch(() => {});
        cancels.push(cancel);
      }
    }
  };
  const starting = repeat(startRound, { everyMs: roundMs, until: startsEnd.signal });
  const answering = repeat(() => answerGates(client, ledger), {
    everyMs: gateLookMs,
    until: answersEnd.signal,
  });
  // Whoever ends the traffic hears what went wrong; until then nobody listens.
  for (const work of [starting, answering]) work.catch(() => {});

  return {
    started,
    async stopStarting() {
      startsEnd.abort();
      await starting;
    },
    async close() {
      startsEnd.abort();
      answersEnd.abort();
      await Promise.all([starting, answering, ...cancels]);
    },
  };
}

async function repeat(
  procedure: () => Promise<void>,
  { everyMs, until }: { readonly everyMs: number; readonly until: AbortSignal },
): Promise<void> {
  while (!until.aborted) {
    await procedure();
    await pause(everyMs, undefined, { signal: until }).catch(() => {});
  }
}

/** What callers are told to do: while Redis is away, try again. Everything tried here may happen twice. */
async function untilDone<T>(call: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + awayMsMax;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const isWorthIt = isRunfleetError(error) && error.code === "redis_unavailable";
      if (!isWorthIt || performance.now() > deadline) throw error;
    }
    await pause(gateLookMs);
  }
}

async function answerGates(client: FleetClient, ledger: string): Promise<void> {
  const { gates } = await untilDone(() => client.gates({ limit: 100 }));
  for (const gate of gates) {
    const { runId, address } = gate;
    const answer = async () =>
      client.approve(runId, address, gate.gateType === doubtGateType ? await seen(client, gate, ledger) : {});
    await untilDone(answer).catch(unlessCode(...lateAnswers));
  }
}

/** What a person says who has looked whether a step had its effect, and has seen to it that no former owner has it now. */
async function seen(client: FleetClient, gate: GateDocument, ledger: string): Promise<AnswerOptions> {
  const { runId, address, name } = gate;
  const { generation } = await client.get(runId);
  const hasHappened = lookUp(ledger, { key: `${runId}:${address}`, token: generation + 1 });
  return hasHappened ? { result: { context: name } } : { selections: ["retry"] };
}

/**
 * Cancels a run when it is in the middle of a step, and again whenever it is not cancelled: a Redis that is killed or set
 * back may have forgotten the request, and even the end.
 */
async function cancelAt(
  client: FleetClient,
  { id, step, until }: { readonly id: string; readonly step: string; readonly until: AbortSignal },
): Promise<void> {
  while (!until.aborted) {
    const run = await untilDone(() => client.get(id)).catch(unlessCode("run_not_found"));
    if (run !== undefined && !isEnded(run.status) && run.steps.some(({ name }) => name === step))
      await untilDone(() => client.cancel(id, { reason: "chaos" })).catch(unlessCode("run_ended"));
    await pause(cancelLookMs, undefined, { signal: until }).catch(() => {});
  }
}

/** Passes one of our errors over and throws any other. */
function unlessCode(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isRunfleetError(error) || !codes.includes(error.code)) throw error;
    return undefined;
  };
}

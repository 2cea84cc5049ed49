/** The life outside: starts runs of every scenario in rounds, answers gates, cancels what is to be cancelled. */
import { setTimeout as pause } from "node:timers/promises";
import type { FleetClient } from "@runfleet/client";
import { isRunfleetError } from "@runfleet/model";
import { scenarios } from "./scenarios.js";

export interface Traffic {
  /** No new runs from now on; resolves when every cancel has been asked for. */
  stopStarting(): Promise<void>;
  /** Answers no more gates. */
  close(): Promise<void>;
}

export interface TrafficOptions {
  readonly client: FleetClient;
  /** Runs of each scenario per round. */
  readonly perRound: number;
  readonly roundMs: number;
}

const gateLookMs = 200;
/** What may happen to an answer that comes at the same time as another or as the end. */
const lateAnswers: ReadonlySet<string> = new Set(["gate_answered", "gate_not_found", "run_ended"]);

/** Publishes the workflows and begins. */
export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { client, perRound, roundMs } = options;
  await client.publish(Object.values(scenarios).map(({ source }) => ({ source })));
  const startsEnd = new AbortController();
  const gatesEnd = new AbortController();
  const cancels: Promise<void>[] = [];

  const startRound = async (): Promise<void> => {
    for (const [name, { inputs = {}, cancelAfterMs }] of Object.entries(scenarios)) {
      for (let index = 0; index < perRound; index += 1) {
        const { id } = await client.start(name, { inputs });
        if (cancelAfterMs === undefined) continue;
        const cancel = cancelLater(client, { id, cancelAfterMs });
        cancel.catch(() => {});
        cancels.push(cancel);
      }
    }
  };
  const starting = repeat(startRound, { everyMs: roundMs, until: startsEnd.signal });
  const answering = repeat(() => answerGates(client), { everyMs: gateLookMs, until: gatesEnd.signal });
  // Whoever ends the traffic hears what went wrong; until then nobody listens.
  for (const work of [starting, answering]) work.catch(() => {});

  return {
    async stopStarting() {
      startsEnd.abort();
      await starting;
      await Promise.all(cancels);
    },
    async close() {
      startsEnd.abort();
      gatesEnd.abort();
      await Promise.all([starting, answering]);
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

async function answerGates(client: FleetClient): Promise<void> {
  const { gates } = await client.gates({ limit: 100 });
  for (const { runId, address } of gates) {
    await client.approve(runId, address).catch((error: unknown) => {
      if (!isRunfleetError(error) || !lateAnswers.has(error.code)) throw error;
    });
  }
}

async function cancelLater(
  client: FleetClient,
  { id, cancelAfterMs }: { readonly id: string; readonly cancelAfterMs: number },
): Promise<void> {
  await pause(cancelAfterMs);
  await client.cancel(id, { reason: "chaos" });
}

/** Runs with limits, for the cases about them. */
import type { NewRun, OutboxEntry } from "@runfleet/model";
import { expect } from "vitest";
import { sampleRun } from "./samples.js";
import type { Twin } from "./twins.js";

export const perTenant = (key: string, limit = 1): Partial<NewRun> => ({ concurrency: { key, limit } });

export const wakeOf = (runId: string, pool = "default"): OutboxEntry => ({
  ...{ id: `permit:${runId}`, runId, type: "wake", targetId: runId, pool },
});

/** Takes the lease, asks, and gives the lease back unless the run was given. */
export async function ask(twin: Twin, runId: string): Promise<string> {
  const leaseToken = await twin.hold(runId);
  const { tag } = await twin.store.activate({ runId, leaseToken, owner: "w1", recoveriesMax: 5 });
  if (tag !== "activated") await twin.leases.release({ runId, token: leaseToken, deadlineMonoMs: 0 });
  return tag;
}

export async function createWaiting(twin: Twin, run: Partial<NewRun>): Promise<string> {
  const waiting = sampleRun({ createdAt: twin.clock.now(), ...run });
  expect(await twin.store.createRun(waiting)).toEqual({ tag: "created", id: waiting.id, isInLine: true });
  twin.clock.advance(1);
  return waiting.id;
}

export const scopesOf = async ({ store }: Twin) => (await store.listScopes({ limit: 10 })).rows;

/** Lets in whom there is room for, look by look; answers who was let in. */
export async function letAllIn({ store }: Twin): Promise<string[]> {
  const runIds: string[] = [];
  let from: string | undefined;
  do {
    const reply: Awaited<ReturnType<typeof store.letIn>> = await store.letIn({
      workflow: "review",
      ...(from === undefined ? {} : { from }),
    });
    runIds.push(...(reply.granted ?? []).map(({ runId }) => runId));
    from = reply.next;
  } while (from !== undefined);
  return runIds;
}

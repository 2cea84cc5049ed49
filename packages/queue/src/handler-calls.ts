/** The calls into the handler's own code: what they throw is told to `onError` and becomes a safe answer. */
import type { ConsumeOptions, Disposition } from "@runfleet/model";
import { thrownRetryMs } from "./delay-limits.js";

type Parked = Extract<Disposition, { type: "parked" }>;

/** A handler that threw knows nothing about its run; somebody looks at the run again soon. */
export async function callHandler(
  job: { readonly runId: string; readonly signal: AbortSignal },
  { handle, onError }: ConsumeOptions,
): Promise<Disposition> {
  try {
    return await handle(job);
  } catch (error) {
    onError(asError(error));
    return { type: "busy", retryAfterMs: thrownRetryMs };
  }
}

/** When nobody can tell, the run is woken: a needless wake-up is harmless, a missing one is not. */
export async function isStillParked(parked: Parked, { onError }: ConsumeOptions): Promise<boolean> {
  try {
    return await parked.stillParked();
  } catch (error) {
    onError(asError(error));
    return false;
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** A log that keeps nothing. */
import type { ActionLog } from "@runfleet/worker";

export const silentLog: ActionLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

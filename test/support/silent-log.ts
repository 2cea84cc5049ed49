/** Logs that keep nothing. */
import type { ActionLog } from "@runfleet/worker";

export const silentLog: ActionLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export const silentRunLog = { say: () => undefined, take: () => [], close: () => undefined };

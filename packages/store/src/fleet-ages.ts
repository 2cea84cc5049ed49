/** What both stores make of the times they find at the ends of their lists. */
import { type FleetCounts, type RunStatus, runStatuses } from "@runfleet/model";

/** Epoch milliseconds; absent where a list is empty. */
export interface FirstTimes {
  readonly silentOwner: number | undefined;
  readonly oldestGate: number | undefined;
  readonly oldestOutbox: number | undefined;
  /** May lie ahead. */
  readonly overdueSchedule: number | undefined;
  /** May lie ahead. */
  readonly unattended: number | undefined;
}

type Ages = Pick<
  FleetCounts,
  "silentOwnerMs" | "oldestGateMs" | "oldestOutboxMs" | "overdueScheduleMs" | "unattendedMs"
>;

export function agesOf(times: FirstTimes, now: number): Ages {
  const { silentOwner, oldestGate, oldestOutbox, overdueSchedule, unattended } = times;
  return {
    ...(silentOwner === undefined ? {} : { silentOwnerMs: Math.max(0, now - silentOwner) }),
    ...(oldestGate === undefined ? {} : { oldestGateMs: Math.max(0, now - oldestGate) }),
    ...(oldestOutbox === undefined ? {} : { oldestOutboxMs: Math.max(0, now - oldestOutbox) }),
    ...(overdueSchedule === undefined || overdueSchedule > now
      ? {}
      : { overdueScheduleMs: now - overdueSchedule }),
    ...(unattended === undefined || unattended > now ? {} : { unattendedMs: now - unattended }),
  };
}

/** Sizes in the order of the statuses. */
export function toRunCounts(sizes: readonly number[]): Readonly<Record<RunStatus, number>> {
  const counts = runStatuses.map((status, index) => [status, sizes[index] ?? 0]);
  return Object.fromEntries(counts) as Record<RunStatus, number>;
}

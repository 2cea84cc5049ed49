/** The part of the store's seam that says how much there is of everything, for people who watch a fleet. No run depends on it. */
import type { RunStatus } from "./status.js";

export interface FleetCounts {
  /** Ended ones as long as they are kept. */
  readonly runs: Readonly<Record<RunStatus, number>>;
  /** Runs that a worker has. */
  readonly owned: number;
  /** Runs that wait for a permit. */
  readonly inLine: number;
  readonly openGates: number;
  readonly outboxEntries: number;
  /** Time since the most silent owner of a run was heard of; absent: no run is owned. Here and below milliseconds. */
  readonly silentOwnerMs?: number;
  readonly oldestGateMs?: number;
  /** Since the oldest entry was written, or told to a sweeper. */
  readonly oldestOutboxMs?: number;
  /** Of the schedule that has been due longest, and that nobody has claimed; absent: none is due. */
  readonly overdueScheduleMs?: number;
  /**
   * Since the first of the runs that nobody owns wanted a worker: something is unread in its inbox, its time has come, or it was
   * handed back. Since a sweeper told of it, where one did; absent: there is none.
   */
  readonly unattendedMs?: number;
}

export interface FleetCounting {
  /** One round trip; reads no list but at its ends. */
  countFleet(): Promise<FleetCounts>;
}

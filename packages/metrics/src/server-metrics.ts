/** What lies in Redis, read by a server when it is asked, and what a server sees change there. Data only; a part of the catalogue. */
import { memoryPart, pool, runOutcome, runStatus, workflow } from "./labels.js";
import type { PartialEntry } from "./metric-entry.js";

export const serverMetrics = {
  runfleet_fleet_readable: {
    kind: "gauge",
    unit: "1 or 0",
    labels: [],
    meaning: "1 when the server could read the fleet from Redis; at 0 all other gauges here are absent.",
  },
  runfleet_runs: {
    kind: "gauge",
    unit: "runs",
    labels: [runStatus],
    meaning: "Runs that Redis holds, by status. Ended ones are those that are still kept.",
  },
  runfleet_runs_ended_total: {
    kind: "counter",
    unit: "runs",
    labels: [workflow, runOutcome],
    meaning:
      "Runs that ended since the server started, whoever ended them: a worker, a sweeper, or a person before any worker had them. A retried run ends once more.",
  },
  runfleet_runs_owned: {
    kind: "gauge",
    unit: "runs",
    labels: [],
    meaning: "Runs that a worker has.",
  },
  runfleet_runs_in_line: {
    kind: "gauge",
    unit: "runs",
    labels: [],
    meaning: "Runs that wait for a permit of a limit.",
  },
  runfleet_silent_owner_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    meaning:
      "Time since the owner of a run was last heard of, of the most silent one; 0 when no run is owned.",
  },
  runfleet_runs_unattended_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    meaning:
      "The lag of the inboxes: how long the first of the runs that nobody owns has had something unread, or has been due, or since a sweeper last told of it; 0 when there is none. Beyond half a minute no worker sweeps.",
  },
  runfleet_gates_open: {
    kind: "gauge",
    unit: "gates",
    labels: [],
    meaning: "Gates that wait for an answer.",
  },
  runfleet_oldest_gate_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    meaning: "Age of the oldest open gate; 0 when there is none.",
  },
  runfleet_outbox_entries: {
    kind: "gauge",
    unit: "entries",
    labels: [],
    meaning: "Entries of the outbox that nobody has confirmed.",
  },
  runfleet_outbox_lag_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    meaning:
      "Time since the oldest entry of the outbox was written or last tried by a sweeper; 0 when it is empty. It grows only while no sweeper works.",
  },
  runfleet_schedule_lag_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    meaning:
      "How long the longest overdue schedule has been due; 0 when none is. Nobody fires schedules while it grows.",
  },
  runfleet_pool_ready_runs: {
    kind: "gauge",
    unit: "runs",
    labels: [pool],
    meaning: "Runs that a worker could take now.",
  },
  runfleet_pool_active_runs: {
    kind: "gauge",
    unit: "runs",
    labels: [pool],
    meaning: "Runs in hand; those of a worker that died count until somebody has them back.",
  },
  runfleet_pool_parked_runs: {
    kind: "gauge",
    unit: "runs",
    labels: [pool],
    meaning: "Runs that wait for a person, a child or a time, without a slot.",
  },
  runfleet_pool_oldest_ready_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [pool],
    meaning:
      "How long the oldest ready run has been waiting for a worker; 0 when none is ready, or nobody knows.",
  },
  runfleet_pool_workers: {
    kind: "gauge",
    unit: "workers",
    labels: [pool],
    meaning: "Workers that take runs of the pool; those that are leaving do not.",
  },
  runfleet_pool_wanted_workers: {
    kind: "gauge",
    unit: "workers",
    labels: [pool],
    meaning: "Workers that the pool should have, by its scaling policy.",
  },
  runfleet_pool_slots: {
    kind: "gauge",
    unit: "slots",
    labels: [pool],
    meaning: "Runs that the pool's workers may have in hand together.",
  },
  runfleet_kept_runs: {
    kind: "gauge",
    unit: "runs",
    labels: [workflow],
    meaning: "Ended root runs that are kept.",
  },
  runfleet_kept_bytes: {
    kind: "gauge",
    unit: "bytes",
    labels: [workflow],
    meaning: "Bytes of Redis that ended runs take with their families.",
  },
  runfleet_fleet_bytes: {
    kind: "gauge",
    unit: "bytes",
    labels: [memoryPart],
    meaning:
      "Bytes of Redis that the fleet takes. Ended runs: as measured when they were filed; open runs and lists: an estimate from some of them. Lists of the queues are left out.",
  },
  runfleet_redis_used_memory_bytes: {
    kind: "gauge",
    unit: "bytes",
    labels: [],
    meaning: "Memory that the fleet's Redis uses, for everybody on it.",
  },
  runfleet_redis_max_memory_bytes: {
    kind: "gauge",
    unit: "bytes",
    labels: [],
    meaning: "Memory that the fleet's Redis may use; 0 = as much as there is.",
  },
} as const satisfies Readonly<Record<string, PartialEntry>>;

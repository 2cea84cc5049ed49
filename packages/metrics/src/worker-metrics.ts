/** What happens in a worker, counted there from its start. Data only; a part of the catalogue. */
import {
  action,
  activationOutcome,
  firingOutcome,
  kind,
  lossReason,
  pool,
  renewalOutcome,
  repaired,
  start,
  stepOutcome,
  tokenType,
  workflow,
  write,
} from "./labels.js";
import type { PartialEntry } from "./metric-entry.js";

/** From a script that does nothing to a person's answer on the next day. */
const workSeconds = [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200, 86_400] as const;
/** From an idle worker's fetch to a pool that has far too few. */
const waitSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800] as const;
/** One round trip, on a good day and on a bad one. */
const tripSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5] as const;
/** A lease lives 10 s unless it is set otherwise, and is renewed when two thirds of it are left. */
const marginSeconds = [0, 0.5, 1, 2, 3, 4, 5, 6, 6.5, 7, 10, 20, 40] as const;

export const workerMetrics = {
  runfleet_schedule_to_start_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: [pool, start],
    buckets: waitSeconds,
    meaning:
      "From the moment a run was ready until a worker had opened it. Fresh: its first time; continued: after a wait. Runs taken over from a dead worker are left out.",
  },
  runfleet_activations_total: {
    kind: "counter",
    unit: "activations",
    labels: [pool, activationOutcome],
    meaning:
      "Jobs taken from a pool's queue, by how they were put away. Busy: the run could not be opened, or was lost.",
  },
  runfleet_runs_started_total: {
    kind: "counter",
    unit: "runs",
    labels: [workflow],
    meaning: "Runs that a worker opened for the first time.",
  },
  runfleet_run_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: [workflow],
    buckets: workSeconds,
    meaning:
      "From the start of a run to its end, waits included; of runs that a worker brought to their end.",
  },
  runfleet_steps_total: {
    kind: "counter",
    unit: "attempts",
    labels: [kind, action, stepOutcome],
    meaning: "Attempts of steps that ended. The action is empty where the kind is not call.",
  },
  runfleet_step_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: [kind, action],
    buckets: workSeconds,
    meaning: "From the beginning of an attempt to its end; of gates, sleeps and children that is the wait.",
  },
  runfleet_cost_usd_total: {
    kind: "counter",
    unit: "usd",
    labels: [workflow],
    meaning: "Money that attempts said they used. A child's counts for its own workflow.",
  },
  runfleet_tokens_total: {
    kind: "counter",
    unit: "tokens",
    labels: [workflow, tokenType],
    meaning: "Tokens that attempts said they used.",
  },
  runfleet_turns_total: {
    kind: "counter",
    unit: "turns",
    labels: [workflow],
    meaning: "Turns of agents that attempts said they used.",
  },
  runfleet_lease_renewals_total: {
    kind: "counter",
    unit: "renewals",
    labels: [renewalOutcome],
    meaning:
      "Renewals of leases by how they went. Failed: Redis did not answer in time; the next one may succeed.",
  },
  runfleet_lease_margin_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: [],
    buckets: marginSeconds,
    meaning:
      "Time that was left of a lease when its renewal was confirmed. Near 0 the worker is about to lose its runs.",
  },
  runfleet_leases_lost_total: {
    kind: "counter",
    unit: "leases",
    labels: [lossReason],
    meaning:
      "Leases lost while the run was in hand. Taken: somebody else has it; overdue: not renewed in time; repeated: this worker took the run again.",
  },
  runfleet_lease_ttl_seconds: {
    kind: "gauge",
    unit: "seconds",
    labels: [],
    meaning: "How long a lease of this worker lives without renewal.",
  },
  runfleet_takeovers_total: {
    kind: "counter",
    unit: "runs",
    labels: [pool],
    meaning: "Runs opened whose owner before had never given them away: it died, froze, or was cut off.",
  },
  runfleet_crash_loops_total: {
    kind: "counter",
    unit: "runs",
    labels: [],
    meaning: "Runs that were ended because too many workers in a row died on them.",
  },
  runfleet_recoveries_total: {
    kind: "counter",
    unit: "repairs",
    labels: [repaired],
    meaning:
      "What sweepers set going again: unconfirmed entries of the outbox, parked runs whose wake-up was lost, runs of dead workers whose job was lost too, lines with room. Some after a death are normal; a steady rate is not.",
  },
  runfleet_fenced_writes_total: {
    kind: "counter",
    unit: "writes",
    labels: [write],
    meaning:
      "Writes that were refused because another worker has the run. Each is a former owner who was stopped.",
  },
  runfleet_write_duration_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: [write],
    buckets: tripSeconds,
    meaning: "Time of one write of a run, there and back. Writes that failed are left out.",
  },
  runfleet_inbox_lag_seconds: {
    kind: "histogram",
    unit: "seconds",
    labels: [],
    buckets: waitSeconds,
    meaning: "From the moment an event came into a run's inbox until a worker read it.",
  },
  runfleet_redis_commands_total: {
    kind: "counter",
    unit: "commands",
    labels: [],
    meaning:
      "Commands that this worker sent to Redis, each a round trip; blocking waits for jobs are left out. Divided by steps: round trips per step.",
  },
  runfleet_firings_total: {
    kind: "counter",
    unit: "due times",
    labels: [firingOutcome],
    meaning: "Due times of schedules by what became of them.",
  },
  runfleet_worker_slots: {
    kind: "gauge",
    unit: "slots",
    labels: [],
    meaning: "Runs that this worker may have in hand.",
  },
  runfleet_worker_slots_used: {
    kind: "gauge",
    unit: "slots",
    labels: [],
    meaning: "Runs that this worker has in hand.",
  },
} as const satisfies Readonly<Record<string, PartialEntry>>;

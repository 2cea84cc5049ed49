/**
 * What lies in Redis, as gauges, and the ends of runs: read when somebody asks for the metrics, at most once a second however many ask. The reads are
 * those of the fleet's page and one look at the ends of lists; none grows with the number of runs. While Redis cannot be read the
 * gauges are gone, not old, and one says why.
 */
import type { FleetClient, FleetCountsDocument, FleetDocument } from "@runfleet/client";
import type { Gauge, Recorder } from "@runfleet/metrics";
import { countEndedRuns } from "./ended-runs.js";

/** Scrapers of one fleet come in pairs, and a person may hold a key down. */
const freshMs = 1_000;

export function recordFleet(
  recorder: Recorder<"server">,
  { fleet, log }: { readonly fleet: FleetClient; readonly log: (line: string) => void },
): void {
  const readable = recorder.gauge("runfleet_fleet_readable");
  const gauges = openGauges(recorder);
  const lookAtEnds = countEndedRuns(recorder, { fleet });
  let wasReadable = true;
  let last: { readonly at: number; readonly done: Promise<void> } | undefined;

  const look = async (): Promise<void> => {
    try {
      const [document, counts] = await Promise.all([fleet.fleet(), fleet.counts(), lookAtEnds()]);
      clear(gauges);
      setPools(gauges, document);
      setCounts(gauges, counts);
      readable.set(1);
      wasReadable = true;
    } catch (error) {
      clear(gauges);
      readable.set(0);
      if (wasReadable) log(`the fleet cannot be read for its metrics: ${String(error)}`);
      wasReadable = false;
    }
  };
  recorder.addSource(() => {
    const now = performance.now();
    if (last === undefined || now - last.at >= freshMs) last = { at: now, done: look() };
    return last.done;
  });
  // What ends before the first scrape counts too. If Redis is away now, the first look that succeeds is where counting begins.
  lookAtEnds().catch(() => {});
}

type Gauges = ReturnType<typeof openGauges>;

function openGauges(recorder: Recorder<"server">) {
  return {
    runs: recorder.gauge("runfleet_runs"),
    owned: recorder.gauge("runfleet_runs_owned"),
    inLine: recorder.gauge("runfleet_runs_in_line"),
    unattended: recorder.gauge("runfleet_runs_unattended_seconds"),
    silentOwner: recorder.gauge("runfleet_silent_owner_seconds"),
    gatesOpen: recorder.gauge("runfleet_gates_open"),
    oldestGate: recorder.gauge("runfleet_oldest_gate_seconds"),
    outboxEntries: recorder.gauge("runfleet_outbox_entries"),
    outboxLag: recorder.gauge("runfleet_outbox_lag_seconds"),
    scheduleLag: recorder.gauge("runfleet_schedule_lag_seconds"),
    ready: recorder.gauge("runfleet_pool_ready_runs"),
    active: recorder.gauge("runfleet_pool_active_runs"),
    parked: recorder.gauge("runfleet_pool_parked_runs"),
    oldestReady: recorder.gauge("runfleet_pool_oldest_ready_seconds"),
    workers: recorder.gauge("runfleet_pool_workers"),
    wanted: recorder.gauge("runfleet_pool_wanted_workers"),
    slots: recorder.gauge("runfleet_pool_slots"),
    keptRuns: recorder.gauge("runfleet_kept_runs"),
    keptBytes: recorder.gauge("runfleet_kept_bytes"),
    fleetBytes: recorder.gauge("runfleet_fleet_bytes"),
    usedMemory: recorder.gauge("runfleet_redis_used_memory_bytes"),
    maxMemory: recorder.gauge("runfleet_redis_max_memory_bytes"),
  };
}

function clear(gauges: Gauges): void {
  for (const gauge of Object.values<Gauge<readonly string[]>>(gauges)) gauge.clear();
}

function setPools(gauges: Gauges, { pools, workers, kept }: FleetDocument): void {
  for (const { name, ready, active, waiting, oldestReadyMs, wanted } of pools) {
    const staff = workers.filter(({ pools, leaving }) => pools.includes(name) && !leaving);
    gauges.ready.set(ready, name);
    gauges.active.set(active, name);
    gauges.parked.set(waiting, name);
    gauges.oldestReady.set((oldestReadyMs ?? 0) / 1_000, name);
    gauges.workers.set(staff.length, name);
    gauges.wanted.set(wanted, name);
    // A worker has its slots for each of its pools.
    gauges.slots.set(
      staff.reduce((sum, { slots }) => sum + slots, 0),
      name,
    );
  }
  gauges.fleetBytes.set(
    kept.reduce((sum, { bytes }) => sum + bytes, 0),
    "ended_runs",
  );
  // The largest come first; what has no series of its own is left out, since a gauge of several says nothing.
  for (const { workflow, runs, bytes } of kept.slice(0, keptToldMax)) {
    gauges.keptRuns.set(runs, workflow);
    gauges.keptBytes.set(bytes, workflow);
  }
}

/** Fewer than have series of their own: over time others become the largest. */
const keptToldMax = 50;

function setCounts(gauges: Gauges, counts: FleetCountsDocument): void {
  for (const status of Object.keys(counts.runs) as (keyof typeof counts.runs)[]) {
    gauges.runs.set(counts.runs[status], status);
  }
  gauges.owned.set(counts.owned);
  gauges.inLine.set(counts.inLine);
  gauges.gatesOpen.set(counts.openGates);
  gauges.outboxEntries.set(counts.outboxEntries);
  gauges.silentOwner.set((counts.silentOwnerMs ?? 0) / 1_000);
  gauges.oldestGate.set((counts.oldestGateMs ?? 0) / 1_000);
  gauges.outboxLag.set((counts.oldestOutboxMs ?? 0) / 1_000);
  gauges.scheduleLag.set((counts.overdueScheduleMs ?? 0) / 1_000);
  gauges.unattended.set((counts.unattendedMs ?? 0) / 1_000);
  const { usedBytes, maxBytes, openRunsBytes, listsBytes } = counts.memory;
  if (usedBytes !== null) gauges.usedMemory.set(usedBytes);
  if (maxBytes !== null) gauges.maxMemory.set(maxBytes);
  if (openRunsBytes !== null) gauges.fleetBytes.set(openRunsBytes, "open_runs");
  if (listsBytes !== null) gauges.fleetBytes.set(listsBytes, "lists");
}

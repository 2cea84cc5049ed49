/**
 * What the fleet knows that a person may want to type: runs, gates, workflows, schedules, pools. In a shell nobody waits for
 * it and nobody wants to hear about it: whatever goes wrong, or takes too long, is no candidates.
 */
import { setTimeout as pause } from "node:timers/promises";
import { createClient, type FleetClient } from "@runfleet/client";
import { isEnded } from "@runfleet/model";
import type { Cli } from "../cli.js";
import { findFleet } from "../find-fleet.js";
import type { Candidate, LookUp, Wanted } from "./complete-words.js";

/** Longer than a Redis next door needs, short enough for a person who has hit a key. `RUNFLEET_COMPLETION_MS` for others. */
const answerMsUsual = 700;
/** More than a person looks through. */
const rowsMax = 50;

export function askFleet(cli: Cli): LookUp {
  return async (wanted) => {
    const answered = new AbortController();
    const answerMsMax = Number(cli.env["RUNFLEET_COMPLETION_MS"]) || answerMsUsual;
    try {
      const tooLate = pause(answerMsMax, [], { signal: answered.signal }).catch(() => []);
      return await Promise.race([answerOf(cli, wanted), tooLate]);
    } catch {
      return [];
    } finally {
      answered.abort();
    }
  };
}

async function answerOf(cli: Cli, wanted: Wanted): Promise<readonly Candidate[]> {
  const { redisUrl, namespace } = await findFleet(cli.globals(), cli);
  const fleet = createClient({ redis: redisUrl, namespace });
  try {
    return await answers[wanted.kind](fleet, wanted.run);
  } finally {
    // Nobody waits for a Redis that is away.
    void fleet.close();
  }
}

type Answer = (fleet: FleetClient, run: string | undefined) => Promise<readonly Candidate[]>;

const answers: Readonly<Record<Wanted["kind"], Answer>> = {
  run: (fleet) => runsOf(fleet),
  openRun: (fleet) => runsOf(fleet, (status) => !isEnded(status)),
  endedRun: (fleet) => runsOf(fleet, isEnded),
  async failedRun(fleet) {
    const { runs } = await fleet.list({ status: "failed", limit: rowsMax });
    return runs.map(({ id, workflow, label }) => ({ word: id, says: `${workflow} ${label ?? ""}`.trim() }));
  },
  async gateRun(fleet) {
    const { gates } = await fleet.gates({ limit: rowsMax });
    return gates.map(({ runId, workflow, name, prompt }) => ({
      word: runId,
      says: `${workflow} ${name}: ${prompt ?? ""}`,
    }));
  },
  async gate(fleet, runId) {
    const { gates } = await fleet.gates({ limit: rowsMax, ...(runId === undefined ? {} : { runId }) });
    return gates.map(({ name, prompt }) => ({ word: name, says: prompt ?? "" }));
  },
  async step(fleet, runId) {
    if (runId === undefined) return [];
    const { steps } = await fleet.get(runId);
    const byName = new Map(steps.map(({ name, kind, status }) => [name, `${kind} ${status}`]));
    return [...byName].slice(0, rowsMax).map(([word, says]) => ({ word, says }));
  },
  async workflow(fleet) {
    const workflows = await fleet.workflows();
    return workflows.map(({ name }) => ({ word: name, says: "workflow" }));
  },
  async schedule(fleet) {
    const { schedules } = await fleet.schedules({ limit: rowsMax });
    return schedules.map(({ name, workflow }) => ({ word: name, says: workflow }));
  },
  async pool(fleet) {
    const { pools } = await fleet.fleet();
    return pools.map(({ name }) => ({ word: name, says: "pool" }));
  },
};

async function runsOf(
  fleet: FleetClient,
  isWanted: (status: Parameters<typeof isEnded>[0]) => boolean = () => true,
): Promise<readonly Candidate[]> {
  const { runs } = await fleet.list({ limit: rowsMax });
  return runs
    .filter(({ status }) => isWanted(status))
    .map(({ id, workflow, status, label }) => ({
      word: id,
      says: `${workflow} ${status} ${label ?? ""}`.trim(),
    }));
}

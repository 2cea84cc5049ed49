/**
 * Those who answer in a simulation: late, and sometimes twice. About a step in doubt they say what is true, for they look
 * at what has happened outside.
 */
import { doubtGateType, type GivenResult, isEnded, isRunfleetError, type RunStatus } from "@runfleet/model";
import type { Random } from "../simulated/random.js";
import type { Weather } from "../simulated/weather.js";
import type { OpenFleet } from "../test-fleet/open-fleet.js";
import { type WaitingGate, waitingGates } from "../test-fleet/test-run.js";
import type { GateSaid, SimulateOptions } from "./simulate-options.js";

const slownessMsMax = 20_000;

export interface PeopleOptions extends Pick<SimulateOptions, "gates" | "result"> {
  readonly fleet: OpenFleet;
  readonly random: Random;
  readonly weather: Weather;
  /** Epoch ms at which nobody waits any longer. */
  readonly lastAt: number;
}

/** Answers until the run has ended; answers how. `undefined`: it has not, by then. */
export async function answerUntilEnd(runId: string, options: PeopleOptions): Promise<RunStatus | undefined> {
  const { clockwork, redis } = options.fleet;
  const answered = new Set<string>();
  let open: readonly WaitingGate[] = [];
  let status: RunStatus | undefined;
  for (;;) {
    const how = await clockwork.until({
      lastAt: options.lastAt,
      async isOver() {
        status = (await redis.memory.readRun(runId))?.status;
        open = (await waitingGates(redis.memory)).filter(
          (gate) => isForPeople(gate, options) && !answered.has(keyOf(gate)),
        );
        return open.length > 0 || (status !== undefined && isEnded(status));
      },
    });
    if (status !== undefined && isEnded(status)) return status;
    if (how === "late") return undefined;
    for (const gate of open) {
      answered.add(keyOf(gate));
      await answer(gate, options);
    }
  }
}

/** A gate that is asked anew, as after a retry, is another one. */
function keyOf({ runId, address, since }: WaitingGate): string {
  return `${runId} ${address} ${since}`;
}

function isForPeople({ gateType, name }: WaitingGate, { gates }: PeopleOptions): boolean {
  if (gates?.[name] === "nobody") return false;
  return gateType === doubtGateType || gateType === "signal" || gateType.startsWith("human");
}

async function answer(gate: WaitingGate, options: PeopleOptions): Promise<void> {
  const { fleet, random, weather } = options;
  const lastAt = fleet.redis.time.now() + random.below(slownessMsMax);
  await fleet.clockwork.until({ isOver: () => false, lastAt });
  const times = weather.strikes("answered twice") ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    await say(gate, options).catch((error: unknown) => {
      // The gate had its deadline meanwhile, or its answer already.
      if (!isRunfleetError(error)) throw error;
    });
  }
}

async function say(gate: WaitingGate, options: PeopleOptions): Promise<void> {
  const { client } = options.fleet;
  const { runId, address, name, gateType } = gate;
  if (gateType === "signal") {
    await client.signal(runId, gate.signal ?? name, { dedupeId: keyOf(gate) });
  } else if (gateType === doubtGateType) {
    await client.approve(runId, address, truthAbout(gate, options));
  } else {
    const { verdict, ...said } = saidAt(options.gates?.[name]);
    await client[verdict](runId, address, { ...said, by: "simulated person" });
  }
}

function saidAt(said: GateSaid | undefined): Exclude<GateSaid, string> {
  if (typeof said === "object") return said;
  return { verdict: said === "reject" ? "reject" : "approve" };
}

function truthAbout(gate: WaitingGate, { fleet, result }: PeopleOptions) {
  const hasHappened = fleet.effects.happened.some(
    ({ runId, address }) => runId === gate.runId && address === gate.address,
  );
  if (!hasHappened) return { selections: ["retry"] };
  return { selections: ["done"], result: (result?.(gate) ?? {}) as GivenResult };
}

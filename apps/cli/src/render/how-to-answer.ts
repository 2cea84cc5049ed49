/** What a person types to answer a gate. Pure. */
import { doubtGateType } from "@runfleet/model";

interface AnsweredGate {
  readonly runId: string;
  readonly name: string;
  readonly gateType: string;
  readonly options?: Readonly<Record<string, string>> | null | undefined;
  readonly signal?: string | undefined;
}

const peopleGates: readonly string[] = ["human_approval", "human_review"];

/** Nothing for a gate that a check of its own decides. */
export function howToAnswer(gate: AnsweredGate, program: string): string | undefined {
  const { runId, name, gateType, options, signal } = gate;
  const approve = `${program} approve ${runId} ${name}`;
  if (gateType === doubtGateType)
    return `${approve} --select retry   (or --select done --result JSON, or --select fail)`;
  if (signal !== undefined) return `${program} signal ${runId} ${signal}`;
  if (!peopleGates.includes(gateType)) return undefined;
  const offered = Object.keys(options ?? {});
  const choose = offered.length === 0 ? "" : `; --select ${offered.join(",")}`;
  return `${approve}   (or reject${choose})`;
}

/**
 * Load traces, recorded of pools under load: what was seen of a pool over time, one line each, and below it, where something
 * changed, what the policy decides. `# policy {…}` at the top sets it. Lines that begin with `=` are the policy's.
 */
import { scalingPolicySchema } from "@runfleet/model";
import { decideWanted, type PoolObservation, type ScalingMemory } from "@runfleet/scaling";

const startedAt = 1_800_000_000_000;
const linePattern =
  /^ *(\d+)s +ready (\d+) +due (\d+) +busy (\d+) +workers (\d+) \((\d+) busy\)(?: +oldest (\d+)ms)?(?: +slots (\d+))?(?: +slot ([\d.]+)ms)?$/;

/** The trace with the decisions as they are now. */
export function retoldTrace(text: string): string {
  const lines = text
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("="));
  const given = /^# policy (.*)$/m.exec(text)?.[1] ?? "{}";
  const policy = scalingPolicySchema.parse(JSON.parse(given));
  let memory: ScalingMemory | undefined;
  let last = "";
  const told = lines.flatMap((line) => {
    if (line.startsWith("#")) return [line];
    const { decision, memory: next } = decideWanted(policy, readSight(line), memory);
    memory = next;
    const change = `${decision.wanted} ${decision.cause}`;
    if (change === last) return [line];
    last = change;
    return [line, `= ${decision.wanted} (${decision.cause}): ${decision.why}`];
  });
  return `${told.join("\n")}\n`;
}

function readSight(line: string): PoolObservation {
  const match = linePattern.exec(line);
  if (match === null) throw new Error(`this is no line of a trace: ${line}`);
  const [at = 0, ready = 0, dueSoon = 0, busy = 0, workers = 0, busyWorkers = 0] = match
    .slice(1, 7)
    .map(Number);
  const [oldestReadyMs, slots, slotMs] = match
    .slice(7)
    .map((part) => (part === undefined ? undefined : Number(part)));
  return {
    ...{ at: startedAt + at * 1_000, ready, dueSoon, busy, workers, busyWorkers },
    ...(oldestReadyMs === undefined ? {} : { oldestReadyMs }),
    ...(slots === undefined ? {} : { slots }),
    ...(slotMs === undefined ? {} : { slotMs }),
  };
}

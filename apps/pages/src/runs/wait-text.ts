/** What a run waits for, in a few words. */
import type { BlockedOnDocument } from "@runfleet/model";
import { clockTime, inDoubt } from "../words";

export function waitText(wait: BlockedOnDocument): string {
  switch (wait.type) {
    case "gate":
      return gateText(wait);
    case "child":
      return `a run of ${wait.workflow}`;
    case "items":
      return `${wait.name}: ${wait.done} of ${wait.total} done, ${wait.running} running`;
    case "sleep":
      return `${wait.name} until ${clockTime(wait.until)}`;
    case "retry":
      return `attempt ${wait.attempt} of ${wait.name} at ${clockTime(wait.until)}`;
    case "limit":
      return `its turn (limit of ${wait.workflow}${wait.key === undefined ? "" : `, key ${wait.key}`})`;
  }
}

/** Gates that are neither a person's nor a signal's are asked for by a resolver, which may fail. */
function gateText(wait: Extract<BlockedOnDocument, { type: "gate" }>): string {
  if (wait.gateType === inDoubt) return `${wait.name} is in doubt`;
  if (wait.gateType === "signal") return `signal ${wait.signal ?? wait.name}`;
  const who = wait.as === undefined ? "" : ` (${wait.as})`;
  return `gate ${wait.name}${who}${wait.problem === undefined ? "" : `: ${wait.problem}`}`;
}

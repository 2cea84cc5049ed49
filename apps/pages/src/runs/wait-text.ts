/** What a run waits for, in a few words. */
import type { BlockedOnDocument } from "@runfleet/model";
import { clockTime } from "../words";

export function waitText(wait: BlockedOnDocument): string {
  switch (wait.type) {
    case "gate":
      return `gate ${wait.name}`;
    case "child":
      return `child ${wait.workflow}`;
    case "items":
      return `${wait.name}: ${wait.done} of ${wait.total} done`;
    case "sleep":
      return `${wait.name} until ${clockTime(wait.until)}`;
    case "retry":
      return `attempt ${wait.attempt} of ${wait.name}`;
    case "limit":
      return `its turn (limit of ${wait.workflow}${wait.key === undefined ? "" : `, key ${wait.key}`})`;
  }
}

/**
 * Negative controls: for each defect a world in which it does harm, and the promise that must be seen broken there.
 * That a defect is found there shows what the protection it leaves out is for.
 */
import { canAlwaysEnd } from "./explore.js";
import { promises } from "./rules.js";
import type { Defect, WorldName } from "./worlds.js";

export interface Control {
  readonly world: WorldName;
  readonly breaks: string;
}

export const controls: Readonly<Record<Defect, Control>> = {
  "commit has no fence": { world: "deaths", breaks: promises.fencedChangesNothing },
  "only the generation is compared": { world: "failover to a slow clock", breaks: promises.oneOwner },
  "the clock is no floor": { world: "failover", breaks: promises.tokenRises },
  "the number is drawn apart from the lease": { world: "deaths", breaks: promises.grantedToHolder },
  "activate does not look at the lease": { world: "deaths", breaks: promises.grantedToHolder },
  "a repeated commit is not recognised": { world: "answers", breaks: promises.builtOnStored },
  "a commit does not name the one before it": { world: "failover", breaks: promises.builtOnStored },
  "the job is parked before the run": { world: "deaths", breaks: promises.ownersJobComes },
  "park does not look at the inbox": { world: "deaths", breaks: promises.noLostWake },
  "nobody looks again": { world: "calm", breaks: promises.noLostWake },
  "nobody sweeps": { world: "start", breaks: canAlwaysEnd },
  "the event comes after the wake": { world: "calm", breaks: promises.noLostWake },
  "the parent is told after the end": { world: "family", breaks: canAlwaysEnd },
  "a completed job is not woken": { world: "failover", breaks: canAlwaysEnd },
};

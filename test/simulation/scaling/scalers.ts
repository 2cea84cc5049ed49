/** The scalers that are compared: ours, and the length of the list of ready runs, as an autoscaler without a policy asks for it. */
import { type ScalingPolicyInput, scalingPolicySchema } from "@runfleet/model";
import { decideWanted, type PoolObservation, type ScalingMemory } from "@runfleet/scaling";
import { type Scaler, slots } from "./pool-model.js";

const workersMax = 20;

export function runfleetScaler(given: ScalingPolicyInput = {}): Scaler {
  const policy = scalingPolicySchema.parse({ max: workersMax, ...given });
  let memory: ScalingMemory | undefined;
  return {
    name: "runfleet",
    wanted(seen) {
      const turn = decideWanted(policy, seen, memory);
      // It lies in Redis between two turns.
      memory = JSON.parse(JSON.stringify(turn.memory)) as ScalingMemory;
      return turn.decision.wanted;
    },
  };
}

/** With an autoscaler's own stabilisation and cool-down, five minutes each: Kubernetes' and KEDA's defaults. */
export function listLengthScaler(): Scaler {
  const windowMs = 300_000;
  let needs: { at: number; workers: number }[] = [];
  return {
    name: "list length",
    wanted({ at, ready }: PoolObservation) {
      const workers = Math.min(workersMax, Math.ceil(ready / slots));
      needs = [...needs.filter((need) => at - need.at < windowMs), { at, workers }];
      return Math.max(...needs.map((need) => need.workers));
    },
  };
}

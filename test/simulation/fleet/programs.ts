/**
 * Random programs for a whole fleet: a few root runs whose workflows call workflows, and list items for children, two
 * levels deep. Every result is made by an action; there are no scripts, so nothing leaves this process.
 */
import type { Definition, Node } from "@runfleet/model";
import type { Random } from "../../../packages/testing/src/simulated/random.js";
import {
  block,
  call,
  child,
  doWhile,
  flow,
  foreach,
  gate,
  parallel,
  sleep,
  unless,
  when,
} from "../../support/engine/definitions.js";
import { onceNames } from "./actions.js";

export const pool = "default";

/** `steady`: nothing in it depends on when something happens, so no fault may change how it ends. */
export type Temper = "steady" | "hasty";

export interface Root {
  readonly id: string;
  readonly workflow: string;
  /** After the beginning of the simulation. */
  readonly startsAfterMs: number;
  readonly timeoutMs?: number;
}

export interface Program {
  readonly temper: Temper;
  readonly definitions: readonly Definition[];
  readonly roots: readonly Root[];
  /** Children of one foreach at once, by the workflow that has it. */
  readonly windows: ReadonlyMap<string, number>;
}

interface Draft {
  readonly random: Random;
  readonly temper: Temper;
  readonly level: number;
  readonly window: number;
}

/** Workflows of the last level call no others. */
const lastLevel = 2;
const names = ["a", "b", "c", "d"] as const;
const humanGates = ["human_approval", "human_review"] as const;

type Make = (draft: Draft) => Node;

const leaves: readonly [Make, ...Make[]] = [
  (draft) => call(draft.random.pick(names), retrying(draft)),
  (draft) => call(draft.random.pick(names), retrying(draft)),
  ({ random }) => call(random.pick(names)),
  (draft) => call(onceNames.probing, retrying(draft)),
  (draft) => call(onceNames.asking, retrying(draft)),
  (draft) => gate("approval", { gateType: draft.random.pick(humanGates), ...waiting(draft) }),
  (draft) => gate("go", { gateType: "signal", ...waiting(draft) }),
  (draft) => gate("checks", { gateType: "checks", ...waiting(draft) }),
  ({ random }) => sleep("nap", random.pick(["0s", "2s", "25s"])),
];

const families: readonly [Make, ...Make[]] = [
  (draft) => child(below(draft), retrying(draft)),
  (draft) => {
    const { random, temper, window } = draft;
    return foreach("each", {
      workflow: below(draft),
      maxParallel: window,
      ordered: random.chance(0.4),
      onCycle: "warn",
      onChildFail: temper === "steady" ? "continue" : random.pick(["continue", "skip_dependents", "halt"]),
    });
  },
];

const blocks: readonly [Make, ...Make[]] = [
  (draft) => block(body(draft, 2)),
  (draft) => when(draft.random.pick(["a.red", "b.red"]), body(draft, 2)),
  (draft) => unless(draft.random.pick(["a.red", "b.red"]), body(draft, 2)),
  (draft) => parallel(branches(draft), { failFast: draft.temper === "hasty" && draft.random.chance(0.5) }),
  (draft) => {
    const step = draft.random.pick(names);
    return doWhile(`${step}.red`, [call(step, retrying(draft))], { maxIterations: 3, onMaxIter: "continue" });
  },
];

export function randomProgram(random: Random, temper: Temper): Program {
  const definitions: Definition[] = [];
  const windows = new Map<string, number>();
  for (let level = lastLevel; level >= 0; level -= 1) {
    for (const which of ["x", "y"]) {
      const draft: Draft = { random, temper, level, window: 1 + random.below(3) };
      const name = nameOf(level, which);
      windows.set(name, draft.window);
      definitions.push(flow(body(draft, level === 0 ? 3 : 2), { name, always: [call("clean")] }));
    }
  }
  const roots = Array.from({ length: 1 + random.below(2) }, (_, index): Root => {
    const timeout =
      temper === "hasty" && random.chance(0.2) ? { timeoutMs: 20_000 + random.below(90_000) } : {};
    return {
      id: `root-${index}`,
      workflow: nameOf(0, random.pick(["x", "y"])),
      startsAfterMs: random.below(20_000),
      ...timeout,
    };
  });
  return { temper, definitions, roots, windows };
}

function nameOf(level: number, which: string): string {
  return `level-${level}-${which}`;
}

function below({ random, level }: Draft): string {
  return nameOf(level + 1, random.pick(["x", "y"]));
}

function body(draft: Draft, nodesMax: number): Node[] {
  return Array.from({ length: 1 + draft.random.below(nodesMax) }, () => node(draft));
}

function node(draft: Draft): Node {
  const { random, level } = draft;
  const chance = random.next();
  if (chance < 0.35 && level < lastLevel) return random.pick(families)(draft);
  return random.pick(chance > 0.8 ? blocks : leaves)(draft);
}

/** Branches of different names: whose result is the latest would otherwise depend on who is last. */
function branches(draft: Draft) {
  return names.slice(0, 2 + draft.random.below(3)).map((name) => call(name, retrying(draft)));
}

function retrying({ random, temper }: Draft) {
  const onFail = random.chance(0.6) ? { onFail: { kind: "continue" } as const } : {};
  const timeout = temper === "hasty" && random.chance(0.3) ? { timeoutMs: 1_000 + random.below(30_000) } : {};
  const delay = random.chance(0.5) ? { retryDelayMs: random.below(9_000) } : {};
  return { retries: random.below(3), ...delay, ...timeout, ...onFail };
}

function waiting({ random, temper }: Draft) {
  if (temper === "steady") return {};
  return { timeoutMs: 5_000 + random.below(200_000), onTimeout: random.pick(["fail", "continue"]) };
}

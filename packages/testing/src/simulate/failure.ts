/** What a simulation has found, as an error that fails the test and says how to see it again. */
import type { FaultKind } from "../simulated/weather.js";

export interface FailedSeed {
  readonly seed: number;
  /** What must not be, for people; at least one. */
  readonly violations: readonly string[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly lines: readonly string[];
  /** False when the same seed gave another trace the second time. */
  readonly isRepeatable: boolean;
  readonly cause: unknown;
}

/** Lines of the transcript that the message repeats; all of them are in `transcript`. */
const linesMax = 80;

export class SimulationFailure extends Error {
  override name = "SimulationFailure";
  readonly seed: number;
  readonly violations: readonly string[];
  readonly transcript: string;

  constructor(failed: FailedSeed) {
    super(messageOf(failed), failed.cause === undefined ? undefined : { cause: failed.cause });
    this.seed = failed.seed;
    this.violations = failed.violations;
    this.transcript = failed.lines.join("\n");
  }
}

function messageOf({ seed, violations, faults, lines, isRepeatable }: FailedSeed): string {
  const went = [...faults].map(([kind, count]) => (count === 1 ? kind : `${kind} (${count} times)`));
  const head =
    seed === 0
      ? "simulate: wrong although nothing went wrong (seed 0)"
      : `simulate: seed ${seed} found what must not be`;
  const left = lines.length - linesMax;
  return [
    `${head}:`,
    ...violations.map((violation) => `  - ${violation}`),
    ...(went.length === 0 ? [] : [`What went wrong on the way: ${went.join(", ")}.`]),
    `Repeat it alone with the option seed: ${seed}.`,
    ...(isRepeatable ? [] : [unrepeatable]),
    "How it went:",
    ...(left > 0 ? [`(${left} lines before are in the error's transcript)`] : []),
    ...lines.slice(-linesMax),
  ].join("\n");
}

const unrepeatable =
  "The same seed went another way the second time: some action uses time or chance of its own, or state that `world` does not make anew.";

/** The judgement over the evidence and its figures, for a person and for a test. Pure. */
import type { Evidence } from "./evidence.js";
import { findViolations, type Violations } from "./invariants.js";
import { blows as allBlows, type Blow } from "./trouble.js";

export interface ChaosReport {
  /** Blows that were wanted and did not hit. */
  readonly missed: readonly Blow[];
  /** Runs that another worker took over from one that had not given them away. */
  readonly takeovers: number;
  readonly violations: Violations;
  /** Of all kinds together. */
  readonly violationCount: number;
  /** All figures for a person. */
  readonly text: string;
}

/** Of each kind. */
const violationsShown = 5;
const complaintsShown = 12;
const sentenceMax = 300;

export function reportOn(
  evidence: Evidence,
  {
    blows,
    seconds,
    seed,
  }: { readonly blows: readonly Blow[]; readonly seconds: number; readonly seed: number },
): ChaosReport {
  const { runs, effects, troubles, logs } = evidence;
  const hits = (blow: Blow): number => troubles.filter((trouble) => trouble.blow === blow).length;
  const facts = runs.flatMap(({ history }) => history);
  const takeovers = facts.filter((fact) => fact.type === "lease.acquired" && fact.tookOver).length;
  const violations = findViolations(evidence);
  const attempts = new Set(effects.map(({ key, attempt }) => `${key}#${attempt}`));
  const text = [
    `${seconds.toFixed(0)} s with seed ${seed}:`,
    ...blows.map((blow) => `${String(hits(blow)).padStart(5)} × ${allBlows[blow]}`),
    `${runs.length} runs, ${count(facts, "step.completed")} steps, ${takeovers} takeovers, ${count(facts, "step.in_doubt")} steps in doubt, ${logs.leasesLost.size} leases given up in time`,
    `${effects.length} effects, ${effects.length - attempts.size} of them repeated, ${countLate(evidence)} of former owners after a later one`,
    ...[...logs.complaints]
      .slice(0, complaintsShown)
      .map(([complaint, times]) => `workers said ${times} times: ${complaint}`),
    ...[...violations].flatMap(([name, sentences]) => [
      `${sentences.length === 0 ? "holds" : `VIOLATED ${sentences.length} times`}: ${name}`,
      ...sentences.slice(0, violationsShown).map((sentence) => `    ${sentence.slice(0, sentenceMax)}`),
    ]),
  ];
  return {
    missed: blows.filter((blow) => hits(blow) === 0),
    ...{ takeovers, violations, violationCount: [...violations.values()].flat().length },
    text: text.map((line) => `chaos: ${line}`).join("\n"),
  };
}

function count(facts: readonly { readonly type: string }[], type: string): number {
  return facts.filter((fact) => fact.type === type).length;
}

/** Effects that a former owner had after a later one: why resources outside are given the fencing token. */
function countLate({ effects }: Evidence): number {
  const newest = new Map<string, number>();
  let late = 0;
  for (const { key, token } of effects) {
    const before = newest.get(key) ?? 0;
    if (token < before) late += 1;
    newest.set(key, Math.max(token, before));
  }
  return late;
}

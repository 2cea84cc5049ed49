/** What trouble excuses: which writes a killed Redis may have forgotten, and which effects may have happened twice. Pure. */
import type { Evidence } from "./evidence.js";
import type { Effect } from "./ledger.js";
import type { Trouble } from "./trouble.js";

/** Written to disk every second; a disk that is busy may take another two. */
const forgottenMsMax = 3_000;
/** How long after a blow its consequences come: a lease runs out, a write is repeated, a process comes to itself. */
const aftermathMs = 8_000;

const forgetful: ReadonlySet<string> = new Set(["crash", "rewind"]);

/** True for what happened so shortly before a Redis was killed that it may not have been on its disk. */
export function mayBeForgotten(at: number, troubles: readonly Trouble[]): boolean {
  return troubles.some(
    ({ blow, from, to }) => forgetful.has(blow) && at >= from - forgottenMsMax && at <= to,
  );
}

/** True for an effect whose step may have been forgotten: its worker had it in hand and went on. */
export function mayFollowForgotten(at: number, troubles: readonly Trouble[]): boolean {
  return troubles.some(
    ({ blow, from, to }) => forgetful.has(blow) && at >= from - forgottenMsMax && at <= to + aftermathMs,
  );
}

/**
 * Sentences about effects of one attempt that were repeated for no reason. A reason is a blow to the former owner or to
 * Redis, or that the former owner noticed by itself that its lease was lost, as it may on a machine that is too slow.
 */
export function causeless(effects: readonly Effect[], { troubles, logs }: Evidence): readonly string[] {
  const inOrder = [...effects].sort((a, b) => a.token - b.token);
  return inOrder.slice(1).flatMap((later, index) => {
    const former = inOrder[index] ?? later;
    const [runId = ""] = former.key.split(":");
    const [from, to] = [Math.min(former.at, later.at), Math.max(former.at, later.at)];
    const wasHit = troubles.some(
      (trouble) =>
        (trouble.place ?? former.place) === former.place &&
        trouble.from <= to &&
        trouble.to + aftermathMs >= from,
    );
    if (wasHit || logs.leasesLost.has(`${former.place} ${runId}`)) return [];
    const tokens = `${former.token} on ${former.place} and ${later.token} on ${later.place}`;
    return [`${former.key}#${former.attempt} had an effect under ${tokens}`];
  });
}

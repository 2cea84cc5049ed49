/** Times, durations, amounts and statuses as people read them. Pure. */

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** `2 h 5 min`, `12 s`, `340 ms`. */
export function duration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms));
  if (rounded < 1_000) return `${rounded} ms`;
  const first = units.findIndex(([, size]) => rounded >= size);
  const parts = units.slice(first, first + 2).map(([unit, size], index) => {
    const above = index === 0 ? Number.POSITIVE_INFINITY : (units[first + index - 1]?.[1] ?? 1);
    return [Math.floor((rounded % above) / size), unit] as const;
  });
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

/** Between two ISO texts; until `now` where the second is missing. */
export function between(from: string | null, to: string | null, now: number): string {
  if (from === null) return "";
  return duration((to === null ? now : Date.parse(to)) - Date.parse(from));
}

/** `5 min ago`, `in 2 h`. */
export function relative(iso: string, now: number): string {
  const ms = Date.parse(iso) - now;
  if (Math.abs(ms) < 1_000) return "now";
  return ms < 0 ? `${duration(-ms)} ago` : `in ${duration(ms)}`;
}

export function clockTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** A sentence of the server, with the times in it as they are where one is. */
export function localTimes(sentence: string): string {
  return sentence.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, clockTime);
}

/** The gate of a step in doubt, as the API names it. */
export const inDoubt = "in_doubt";

/** A gate without a deadline has one that no run lives to see. */
export function hasDeadline(iso: string): boolean {
  return !iso.startsWith("9999-");
}

export function dollars(amount: number): string {
  return `$${amount.toFixed(amount !== 0 && amount < 0.1 ? 4 : 2)}`;
}

export function count(amount: number): string {
  return amount.toLocaleString("en");
}

/** Statuses of runs and steps by how they are coloured. */
const tones: Readonly<Record<string, string>> = {
  completed: "good",
  running: "busy",
  waiting: "wait",
  pending: "calm",
  cancelling: "wait",
  cancelled: "calm",
  skipped: "calm",
  failed: "bad",
  timed_out: "bad",
};

export function toneOf(status: string): string {
  return tones[status] ?? "calm";
}

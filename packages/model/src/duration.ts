/**
 * Durations as authors write them (`250ms`, `90s`, `1h30m`, a bare integer = seconds) to milliseconds and back.
 * Does not know about clocks or dates.
 */

/** Every unit but `ms`, the largest first. */
const unitsMs = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;
const sizeMs: ReadonlyMap<string | undefined, number> = new Map(unitsMs);

/** The longest duration accepted anywhere: 100 years. Longer ones are typing mistakes and overflow timers. */
export const durationMsMax = 100 * 365 * 86_400_000;

/**
 * Milliseconds of a duration text, or `undefined` when the text is not a duration.
 * Accepts `ms s m h d`, compounds in descending order of any units (`1h30m`), and a bare integer in seconds.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return bounded(Number(text) * 1_000);
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * (sizeMs.get(unit) ?? 1);
  }
  return bounded(totalMs);
}

/** The shortest text that parses back to the same milliseconds, for example `1h30m`, `250ms`, `0s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  let rest = durationMs;
  let text = "";
  for (const [unit, size] of [...unitsMs, ["ms", 1] as const]) {
    const amount = Math.floor(rest / size);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * size;
  }
  return text;
}

function bounded(durationMs: number): number | undefined {
  return Number.isSafeInteger(durationMs) && durationMs <= durationMsMax ? durationMs : undefined;
}

/** Durations as a test says them: milliseconds, as in workflows (`90s`, `1h30m`), or in words (`3 days`). */
import { parseDuration, RunfleetError } from "@runfleet/model";

/** A number is milliseconds. */
export type Duration = number | string;

const units: Readonly<Record<string, string>> = {
  ...{ millisecond: "ms", second: "s", minute: "m", hour: "h", day: "d" },
};

/** Milliseconds. Throws `invalid_usage` for what is no duration; `call` says whose. */
export function durationMs(duration: Duration, call: string): number {
  if (typeof duration === "number" && Number.isFinite(duration) && duration >= 0) return duration;
  const found = typeof duration === "string" ? parseDuration(asWritten(duration)) : undefined;
  if (found !== undefined) return found;
  throw new RunfleetError(
    "invalid_usage",
    `${call}: ${JSON.stringify(duration)} is no duration; write milliseconds, "90s", "1h30m" or "3 days"`,
  );
}

function asWritten(text: string): string {
  const [, amount, unit = ""] = /^(\d+) ([a-z]+?)s?$/.exec(text.trim()) ?? [];
  return `${amount ?? text}${units[unit] ?? unit}`;
}

/** Says with the options of the command line what the SDK says with its own names. Pure. */
import { formatDuration } from "@runfleet/model";

/** Name in the SDK → option. */
const options: Readonly<Record<string, string>> = {
  everyMs: "--every",
  catchUpMs: "--catch-up",
  catchUp: "--catch-up-mode",
  timezone: "--tz",
  startAt: "--start-at",
  endAt: "--end-at",
  delayMs: "--delay",
  timeoutMs: "--timeout",
  stepTimeoutMs: "--step-timeout",
  olderThanMs: "--older-than",
  idempotencyKey: "--idempotency-key",
  dryRun: "--dry-run",
  failFast: "--no-fail-fast",
  pluginDirs: "--plugin-dir",
  triggeredByHook: "--triggered-by-hook",
  perSecond: "--rate",
  selections: "--select",
};

/** What has a name of several words. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bthe dedupe id\b/g, "--id"],
  [/\blimit of rate\b/g, "the number of starts in --rate"],
  [/\bmilliseconds of rate\b/g, "the milliseconds in --rate"],
  [/\bburst of rate\b/g, "--burst"],
];

export function inOptionWords(message: string): string {
  const durations = message.replace(
    /\b(\w+Ms) must be a whole number from (\d+) to (\d+), not (\d+)$/,
    (_, name: string, ...numbers: readonly string[]) => {
      const [min, max, given] = numbers.slice(0, 3).map((text) => formatDuration(Number(text)));
      return `${name} must be a time from ${min} to ${max}, not ${given}`;
    },
  );
  const told = phrases.reduce((text, [phrase, option]) => text.replace(phrase, option), durations);
  const named = told.replace(/^\w+: options\.(\w+)/, (_, name: string) =>
    Object.hasOwn(options, name) ? (options[name] ?? name) : `--${kebabCase(name)}`,
  );
  return named.replace(/(?<![\w"])[A-Za-z]+(?![\w"])/g, (word) =>
    Object.hasOwn(options, word) ? (options[word] ?? word) : word,
  );
}

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

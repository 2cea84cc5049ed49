/**
 * Cron expressions: read, explained when they are wrong, and asked for the next time. The only place that knows croner, and it
 * is asked for times alone: nothing here waits or looks at a clock.
 */
import { Cron } from "croner";

const fieldNames = ["second", "minute", "hour", "day of month", "month", "day of week"];
/** Expressions kept ready: reading one costs more than asking it. */
const keptMax = 1_000;
const kept = new Map<string, Cron>();

/** The first time of the expression after `after`, both epoch ms; nothing when there is none. */
export function nextCronTime(cron: string, timezone: string, after: number): number | undefined {
  return ready(cron, timezone).nextRun(new Date(after))?.getTime();
}

/** What is wrong with a time zone, or nothing. */
export function timezoneProblem(timezone: string): string | undefined {
  const shown = JSON.stringify(timezone.slice(0, 100));
  const problem = `the time zone ${shown} is not known; name one of the IANA database, for example Europe/Berlin or UTC`;
  // An offset never changes its clocks: whoever writes one would be surprised twice a year.
  if (!/^[A-Za-z]/.test(timezone)) return problem;
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
    return undefined;
  } catch {
    return problem;
  }
}

/** What is wrong with an expression and where, or nothing. */
export function cronProblem(cron: string): string | undefined {
  const shown = JSON.stringify(cron.slice(0, 100));
  const fields = [...cron.matchAll(/\S+/g)].map((match) => ({ text: match[0], at: match.index + 1 }));
  const isNickname = /^@[a-z]+$/.test(cron);
  if (!isNickname && fields.length !== 5 && fields.length !== 6) {
    return `the cron expression ${shown} has ${fields.length} fields; it needs five (minute, hour, day of month, month, day of week), or six with seconds in front`;
  }
  if (reason(cron) === undefined) return undefined;
  if (isNickname)
    return `the cron expression ${shown} is not known; use @hourly, @daily, @weekly, @monthly or @yearly`;
  const names = fieldNames.slice(-fields.length);
  for (const [index, { text, at }] of fields.entries()) {
    const alone = reason(fields.map((_, other) => (other === index ? text : "*")).join(" "));
    if (alone === undefined) continue;
    return `the cron expression ${shown} is wrong at character ${at}, the ${names[index]} "${text.slice(0, 50)}": ${alone}`;
  }
  return `the cron expression ${shown} is wrong: ${reason(cron)}`;
}

function ready(cron: string, timezone: string): Cron {
  const key = `${timezone} ${cron}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = new Cron(cron, { timezone, paused: true });
  if (kept.size >= keptMax) kept.clear();
  kept.set(key, made);
  return made;
}

/** croner's own words about what is wrong. */
function reason(cron: string): string | undefined {
  try {
    new Cron(cron, { timezone: "UTC", paused: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
  }
}

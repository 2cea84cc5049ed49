/** What OpenTelemetry's SDK complains about, as lines of the process' own log, so few that a receiver that is away fills none. */

interface TroubleLog {
  error(message: string, ...more: unknown[]): void;
  warn(message: string, ...more: unknown[]): void;
  info(): void;
  debug(): void;
  verbose(): void;
}

/** A batch every few seconds would repeat itself for as long as the receiver is away. */
const repeatMs = 60_000;
/** Different complaints that are remembered; beyond, the memory begins anew. */
const knownMax = 100;

export function createTroubleLog(
  log: (line: string) => void,
  now: () => number = () => performance.now(),
): TroubleLog {
  const saidAt = new Map<string, number>();
  const say = (message: string, ...more: unknown[]): void => {
    const line = `telemetry: ${[readable(message), ...more.map(String)].join(" ")}`;
    const last = saidAt.get(line);
    if (last !== undefined && now() - last < repeatMs) return;
    if (saidAt.size >= knownMax) saidAt.clear();
    saidAt.set(line, now());
    log(line);
  };
  const nothing = (): void => {};
  return { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing };
}

/** Errors come as JSON of all their members, the stack included. */
function readable(text: string): string {
  try {
    const { name, message, code } = JSON.parse(text) as Record<string, unknown>;
    const said = [name, message, code].filter((part) => typeof part === "string" && part !== "");
    return said.length === 0 ? text : said.join(": ");
  } catch {
    // It is a text for people.
    return text;
  }
}

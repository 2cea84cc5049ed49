/**
 * The outside ledger: one line per effect, appended by whatever process had it, killed and zombie ones too. Lines are so
 * short that the system appends each at once. Knows nothing about Redis.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Environment variables that tell a worker where the ledger is, and which place of the fleet it has. */
export const ledgerVariable = "CHAOS_LEDGER";
export const placeVariable = "CHAOS_PLACE";

export interface Effect {
  /** The step's idempotency key: `<run id>:<address>`. */
  readonly key: string;
  readonly attempt: number;
  /** Fencing token the effect was made under. */
  readonly token: number;
  /** Whose effect it was. */
  readonly place: string;
  /** Epoch ms of a clock that is right; to the second for scripts. */
  readonly at: number;
}

/** The same line as a shell command, for scripts. */
export const appendFromShell = `echo "$RUNFLEET_IDEMPOTENCY_KEY $RUNFLEET_ATTEMPT $RUNFLEET_FENCING_TOKEN $${placeVariable} $(date +%s)000" >> "$${ledgerVariable}"`;

export function appendEffect(file: string, { key, attempt, token, place, at }: Effect): void {
  appendFileSync(file, `${key} ${attempt} ${token} ${place} ${at}\n`);
}

/** Actions that take effect at most once: the first can find out what happened, for the second a person does. */
export const onceActions = ["pay", "send"] as const;

/** The same, unless somebody has looked it up since the owner began: then it comes too late and is refused. */
export function appendUnlessClosed(file: string, effect: Effect): void {
  const isClosed = linesOf(closedFile(file)).some((line) => {
    const [key, below] = line.split(" ");
    return key === effect.key && effect.token < Number(below);
  });
  if (!isClosed) appendEffect(file, effect);
}

/** Whether something has happened under this key; from now on it cannot happen any more under a token below this one. */
export function lookUp(file: string, { key, token }: Pick<Effect, "key" | "token">): boolean {
  appendFileSync(closedFile(file), `${key} ${token}\n`);
  return readEffects(file).some((effect) => effect.key === key);
}

function closedFile(file: string): string {
  return `${file}.closed`;
}

function linesOf(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
}

/** The time on a clock that nobody shifts: wall time at the start of the process, monotonic since. */
export function rightTime(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** Effects in the order they happened. Throws for a line that cannot be one. */
export function readEffects(file: string): readonly Effect[] {
  return linesOf(file).map((line) => {
    const [key = "", ...rest] = line.split(" ");
    const [attempt = Number.NaN, token = Number.NaN, , at = Number.NaN] = rest.map(Number);
    const place = rest[2] ?? "";
    if (rest.length !== 4 || place === "" || Number.isNaN(attempt + token + at))
      throw new Error(`the ledger holds ${JSON.stringify(line)}`);
    return { key, attempt, token, place, at };
  });
}

/** How a result names the token it was made under, so that the history of a run tells it. */
export function tokenMarker(token: string): string {
  return `t${token}`;
}

/** The token in markers or in an error text. */
export function tokenIn(text: string): number | undefined {
  const found = /\bt(\d{10,})\b/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

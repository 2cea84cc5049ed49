/**
 * The outside ledger: one line per effect, appended by whatever process had it, killed and zombie ones too. Lines are so
 * short that the system appends each at once. Knows nothing about Redis.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Environment variable that tells workers where the ledger is. */
export const ledgerVariable = "CHAOS_LEDGER";

export interface Effect {
  /** The step's idempotency key: `<run id>:<address>`. */
  readonly key: string;
  readonly attempt: number;
  /** Fencing token the effect was made under. */
  readonly token: number;
  readonly pid: number;
}

/** The same line as a shell command, for scripts. */
export const appendFromShell = `echo "$RUNFLEET_IDEMPOTENCY_KEY $RUNFLEET_ATTEMPT $RUNFLEET_FENCING_TOKEN $$" >> "$${ledgerVariable}"`;

export function appendEffect(file: string, { key, attempt, token, pid }: Effect): void {
  appendFileSync(file, `${key} ${attempt} ${token} ${pid}\n`);
}

/** Effects in the order they happened. Throws for a line that cannot be one. */
export function readEffects(file: string): readonly Effect[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [key = "", ...numbers] = line.split(" ");
    const [attempt = Number.NaN, token = Number.NaN, pid = Number.NaN] = numbers.map(Number);
    if (numbers.length !== 3 || Number.isNaN(attempt + token + pid))
      throw new Error(`the ledger holds ${JSON.stringify(line)}`);
    return { key, attempt, token, pid };
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

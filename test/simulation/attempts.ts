/**
 * The attempts a simulated worker has in hand. Checks that a step's next attempt is handed out only when the one before
 * has ended, or was told to stop long enough ago. Answers nothing.
 */
import type { LocalCommand } from "@runfleet/model";
import { attemptKey } from "@runfleet/model";
import { expect } from "vitest";

/** A worker kills a script this long after it was told to stop. */
const killGraceMs = 5_000;

interface InHand {
  readonly address: string;
  readonly attempt: number;
  abortedAt?: number;
}

export function createAttempts() {
  const inHand = new Map<string, InHand>();
  let givenUp = 0;

  function begun(address: string, attempt: number, now: number): void {
    for (const [key, other] of inHand) {
      if (other.address !== address) continue;
      const since = now - (other.abortedAt ?? now);
      expect(since, `${key} runs when attempt ${attempt} begins`).toBeGreaterThan(killGraceMs);
      inHand.delete(key);
      givenUp += 1;
    }
    inHand.set(attemptKey(address, attempt), { address, attempt });
  }

  return {
    /** The worker is gone, and all it had in hand with it. */
    forget: () => inHand.clear(),
    ended: ({ address, attempt }: { address: string; attempt: number }) =>
      void inHand.delete(attemptKey(address, attempt)),
    asked(command: LocalCommand, now: number): void {
      if (command.type === "runAction" || command.type === "runScript") {
        begun(command.address, command.attempt, now);
      } else if (command.type === "abortAttempt") {
        const found = inHand.get(attemptKey(command.address, command.attempt));
        if (found !== undefined) found.abortedAt ??= now;
      }
    },
    givenUp: () => givenUp,
  };
}

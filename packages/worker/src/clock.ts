/**
 * The seam to time: what a worker knows of clocks and timers. Everything of a worker that waits or looks at a clock gets
 * one of these, so that a whole fleet can run on a clock that jumps. Child processes keep the machine's time.
 */

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds that never go back; only differences mean something, and only on this machine. */
  monotonic(): number;
  /** Calls once, later; answers how to prevent it. */
  after(delayMs: number, then: () => void): () => void;
  /** Calls again and again; answers how to end it. */
  every(intervalMs: number, then: () => void): () => void;
}

/** The longest delay Node's timers take. */
const timerMsMax = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, then) {
    const timer = setTimeout(then, Math.min(delayMs, timerMsMax));
    return () => clearTimeout(timer);
  },
  every(intervalMs, then) {
    const timer = setInterval(then, Math.min(intervalMs, timerMsMax));
    return () => clearInterval(timer);
  },
};

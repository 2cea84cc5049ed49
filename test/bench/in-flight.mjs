// Calls with a window: the next one begins when one of those before has ended. Both producers use the same.

/** Calls open at once in one producer; more does not make either side faster. */
export const windowSize = 64;

/**
 * @param {number} count
 * @param {(index: number) => Promise<unknown>} call false: no more calls after those that have begun
 */
export async function inFlight(count, call) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      if ((await call(index)) === false) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(windowSize, count) }, lane));
}

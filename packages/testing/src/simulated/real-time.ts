/** The machine's own timers and clock, taken when the package is loaded: a test may replace them later. */
export const { setImmediate: soon, setTimeout: later, clearTimeout: notLater } = globalThis;

/** Milliseconds that never go back. */
export const realNow: () => number = performance.now.bind(performance);

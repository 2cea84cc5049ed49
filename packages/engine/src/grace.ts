/** How long the engine waits for work that was told to stop, in milliseconds. After it the work is given up. */

/** Actions and scripts: enough to write a file and close connections. */
export const attemptStopMs = 5_000;

/** Child runs: they stop their own attempts first and begin to clean up. */
export const childStopMs = 60_000;

/** The always block of a run that was cancelled or timed out: cleaning up may call slow systems, but not for ever. */
export const alwaysMs = 5 * 60_000;

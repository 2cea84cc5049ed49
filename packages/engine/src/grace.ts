/** How long the engine waits for work that was told to stop, in milliseconds. After it the work is given up. */

/**
 * Actions and scripts: enough to write a file and close connections. A script that ignores SIGTERM is killed by its
 * worker after 5 s; the rest is for the kill to take effect and for the worker to report the end. Shorter, and such
 * a script would be given up moments before its end, with its last seconds beside the next attempt.
 */
export const attemptStopMs = 7_000;

/** Child runs: they stop their own attempts first and begin to clean up. */
export const childStopMs = 60_000;

/** The always block of a run that was cancelled or timed out: cleaning up may call slow systems, but not for ever. */
export const alwaysMs = 5 * 60_000;

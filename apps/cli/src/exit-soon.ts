/** Ends a process that has done everything and is held by a connection to somebody who does not answer. */

/** Time for the last lines of the log to be written. */
const lingerMs = 500;

/** Does nothing when nothing holds the process. Keeps the exit code that was set. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), lingerMs).unref();
}

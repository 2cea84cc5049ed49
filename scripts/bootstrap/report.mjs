// What people see while things are prepared: one line per step, on stderr, so that stdout belongs to the program that
// is started in the end.

const isTerminal = process.stderr.isTTY === true;
const widthMax = (process.stderr.columns ?? 100) - 1;

/** @param {string} text */
export function say(text) {
  process.stderr.write(`${isTerminal ? "\r\x1b[2K" : ""}${text}\n`);
}

/**
 * A line that the next one overwrites; nothing when nobody watches.
 * @param {string} text
 */
export function sayBriefly(text) {
  if (isTerminal) process.stderr.write(`\r\x1b[2K${text.slice(0, widthMax)}`);
}

/**
 * @param {number} startedAt epoch ms
 * @returns {string} for example "12.3 s"
 */
export function since(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

/** A preparation that cannot go on; the message says what to do. Shown without a stack. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

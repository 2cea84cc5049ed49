/**
 * The one error class of Runfleet. Recognised across package copies by a global symbol, never by `instanceof`.
 * Outcomes of steps and expected answers of scripts are data, not errors.
 */
import { type ErrorCode, errorCodes } from "./error-codes.js";

const brand = Symbol.for("runfleet.error");

export interface RunfleetErrorOptions {
  /** Facts a program may read: ids, limits, sizes, positions. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class RunfleetError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: RunfleetErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RunfleetError";
    this.code = code;
    this.details = options.details ?? {};
    Object.defineProperty(this, brand, { value: true });
  }

  /** True when the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

/** True for errors of this class from any copy of this package. */
export function isRunfleetError(value: unknown): value is RunfleetError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** What an HTTP caller gets for what the client of a fleet answers or throws. Knows no framework. */
import { errorCodes, isRunfleetError } from "@runfleet/client";

export interface HttpAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The status the error table says; what is no error of the fleet is the framework's. */
export function answerOf(error: unknown): HttpAnswer {
  if (!isRunfleetError(error)) throw error;
  const { httpStatus, retryable } = errorCodes[error.code];
  return { status: httpStatus, body: { code: error.code, message: error.message, retryable } };
}

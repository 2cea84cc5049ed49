/** Errors as gRPC tells them: a code of its own for what the caller can do something about, nothing of the server's inside. */
import { type ServiceError, status } from "@grpc/grpc-js";
import { isRunfleetError } from "@runfleet/model";

const statuses: Readonly<Partial<Record<string, status>>> = {
  invalid_usage: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  redis_unavailable: status.UNAVAILABLE,
  rate_limited: status.RESOURCE_EXHAUSTED,
};

/** What is nobody's fault but the server's is told to `log`. */
export function statusOf(
  error: unknown,
  log: (line: string) => void,
): Pick<ServiceError, "code" | "details"> {
  const code = isRunfleetError(error) ? statuses[error.code] : undefined;
  if (code !== undefined) return { code, details: error instanceof Error ? error.message : "" };
  log(`the scaler failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return { code: status.INTERNAL, details: "the scaler failed; its log says why" };
}

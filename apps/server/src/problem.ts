/** Errors as problem documents (RFC 9457) with the codes of the error table. What the server cannot explain stays inside. */
import { type ErrorCode, errorCodes, isRunfleetError } from "@runfleet/model";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";

export const problemSchema = z
  .object({
    type: z.string().describe("`urn:runfleet:error:` and the code"),
    title: z.string().describe("what the code means"),
    status: z.int(),
    detail: z.string().describe("what is wrong here, and what to do"),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    retryable: z.boolean().describe("the same request may succeed later"),
    requestId: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("each member of the request that cannot be used"),
    details: z.record(z.string(), z.unknown()).optional().describe("facts a program may read"),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof problemSchema>;

type Told = Pick<Problem, "code" | "detail" | "errors" | "details"> & { readonly status?: number };

/** Errors of Fastify itself by their code: what each is called here. */
const ofFastify: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "invalid_usage",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid_usage",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid_usage",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid_usage",
};

/** Gives every error of `app` its document; `log` gets a line for those that are the server's fault. */
export function answerProblems(app: FastifyInstance, log: (line: string) => void): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(explain(error), request);
    if (problem.status >= 500)
      log(`${request.method} ${request.routeOptions.url}: ${problem.code}: ${reasonOf(error)}`);
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = `there is nothing at ${request.method} ${request.url.slice(0, 200)}`;
    return sendProblem(reply, problemOf({ code: "route_not_found", detail }, request));
  });
}

/** Of an address that no route can be looked up for. No hook has seen the request, so its headers are set here. */
export function answerBadAddress(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(ownHeaders(request));
  void sendProblem(reply, problemOf(explain(error), request));
}

/** What every answer has. */
export function ownHeaders({ id }: FastifyRequest): Readonly<Record<string, string>> {
  return { "x-request-id": id, "cache-control": "no-store" };
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.code === "unauthenticated") void reply.header("www-authenticate", "Bearer");
  return reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

function problemOf({ status, ...told }: Told, request: FastifyRequest): Problem {
  const { meaning, retryable, httpStatus } = errorCodes[told.code];
  return {
    type: `urn:runfleet:error:${told.code}`,
    title: meaning,
    status: status ?? httpStatus,
    retryable,
    requestId: request.id,
    ...told,
  };
}

/** The code and the words for an error of any origin. */
export function explain(error: FastifyError): Told {
  if (isRunfleetError(error))
    return { code: error.code, detail: error.message, details: { ...error.details } };
  if (error.validation !== undefined) {
    const errors = error.validation.map(({ instancePath, message }) => ({
      path: `${error.validationContext ?? "body"}${instancePath}`,
      message: message ?? "cannot be used",
    }));
    const detail = `the request cannot be used: ${errors.map(({ path, message }) => `${path}: ${message}`).join("; ")}`;
    return { code: "invalid_usage", detail, errors };
  }
  const code = ofFastify[error.code];
  if (code !== undefined)
    return { code, detail: error.message, status: error.statusCode ?? errorCodes[code].httpStatus };
  const isTheirs = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  if (isTheirs) return { code: "invalid_usage", detail: error.message, status: error.statusCode ?? 400 };
  return { code: "internal", detail: "a defect; the log of the server says more" };
}

function reasonOf(error: FastifyError): string {
  return isRunfleetError(error) ? error.message : (error.stack ?? String(error));
}

/** What the answer to a request means for a step: markers and output, or a failure with a hint about trying again. */
import type { ActionResult } from "../action.js";
import { NonRetryableError, RetryableError } from "../action.js";

export interface ResponseRules {
  /** For messages: method and address. */
  readonly request: string;
  /** Statuses beside 2xx that are answers. */
  readonly accepted: ReadonlySet<number>;
  /** Bytes of the body that are kept; the rest is not read. */
  readonly bodyBytesMax: number;
  /** Epoch ms. */
  readonly now: number;
}

/** Statuses below 500 after which the same request may succeed: timeout, too early, too many. */
const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429]);
/** Headers that later steps may want. */
const keptHeaders = ["content-type", "etag", "last-modified", "link", "location"] as const;
/** Characters of the body in an error text. */
const excerptCharsMax = 500;

/** The result, or a thrown `RetryableError` or `NonRetryableError`. Also rejects when the body breaks off. */
export async function readHttpResponse(
  response: Response,
  rules: ResponseRules,
): Promise<ActionResult<unknown>> {
  const { status } = response;
  const { text, isCut } = await readBody(response, rules.bodyBytesMax);
  if (!response.ok && !rules.accepted.has(status)) throw failure(response, { ...rules, text });
  const family = `status_${Math.floor(status / 100)}xx`;
  return {
    markers: [`status_${status}`, family, ...(isCut ? ["body_cut"] : [])],
    context: `${rules.request} answered ${status}`,
    output: { status, headers: headersOf(response), body: isCut ? text : bodyOf(response, text), isCut },
  };
}

/** At most so many bytes of an answer, as text; the rest is not read. */
export async function readBody(
  response: Response,
  bytesMax: number,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return { text: decoded(chunks), isCut: false };
    chunks.push(value.subarray(0, bytesMax - bytes));
    bytes += value.length;
    if (bytes > bytesMax) {
      await reader?.cancel();
      return { text: decoded(chunks).replace(/\uFFFD$/, ""), isCut: true };
    }
  }
}

function decoded(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

/** Parsed when it says it is JSON and is; else the text. */
function bodyOf(response: Response, text: string): unknown {
  if (!/\bjson\b/i.test(response.headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    keptHeaders.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function failure(
  response: Response,
  { request, text, now }: ResponseRules & { readonly text: string },
): Error {
  const { status, statusText, headers } = response;
  const excerpt = text.trim().slice(0, excerptCharsMax);
  const detail = excerpt === "" ? "" : `: ${excerpt}`;
  const message = `${request} answered ${`${status} ${statusText}`.trim()}${detail}`;
  if (status >= 500 || retryableStatuses.has(status)) {
    const retryAfterMs = retryAfterOf(headers.get("retry-after"), now);
    return new RetryableError(message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  const target = headers.get("location");
  return new NonRetryableError(
    target === null ? message : `${message}; redirects are not followed: ${target}`,
  );
}

/** Milliseconds from a number of seconds or a date; nothing else is a hint. */
export function retryAfterOf(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

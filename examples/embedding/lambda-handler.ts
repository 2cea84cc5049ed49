/**
 * A handler as AWS Lambda calls it behind an HTTP address. Each invocation opens a client and closes it: between two of them the
 * process is frozen, and a connection that was kept would be dead when it thaws.
 */
import { createClient } from "@runfleet/client";
import { answerOf, type HttpAnswer } from "./http-answer.js";
import { reviewPr } from "./workflows.js";

/** What is used of an event of a function URL or an HTTP API. */
export interface HttpEvent {
  readonly body?: string;
}

export interface HttpResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export async function handler(event: HttpEvent): Promise<HttpResult> {
  const { status, body } = await start(event).catch(answerOf);
  return { statusCode: status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function start({ body }: HttpEvent): Promise<HttpAnswer> {
  const { pr } = JSON.parse(body ?? "{}") as { readonly pr?: unknown };
  if (typeof pr !== "string") return { status: 400, body: { message: "pr is missing" } };
  const fleet = createClient({ redis: process.env["REDIS_URL"] });
  try {
    const run = await fleet.start(reviewPr, { inputs: { pr }, idempotencyKey: `review-pr-${pr}` });
    return { status: run.isRepeat ? 200 : 201, body: { id: run.id, status: run.status } };
  } finally {
    await fleet.close();
  }
}

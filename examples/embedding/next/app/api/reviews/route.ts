/**
 * A route handler of Next.js: `POST /api/reviews { "pr": "7" }` starts a review once per pull request, `GET /api/reviews?run=ID`
 * says how far it is. Runs on Node (`runtime`), where connections to Redis are possible.
 */
import { createClient, type FleetClient } from "@runfleet/client";
import { z } from "zod";
import { answerOf, type HttpAnswer } from "../../../../http-answer.js";
import { reviewPr } from "../../../../workflows.js";

export const runtime = "nodejs";

/** One client per process: in development Next.js loads this module again and again. */
const kept = globalThis as { fleet?: FleetClient };
const fleet = (): FleetClient => {
  kept.fleet ??= createClient({ redis: process.env["REDIS_URL"] });
  return kept.fleet;
};

const asked = z.object({ pr: z.string().min(1) });

export async function POST(request: Request): Promise<Response> {
  const { data } = asked.safeParse(await request.json().catch(() => null));
  if (data === undefined) return Response.json({ message: "pr is missing" }, { status: 400 });
  const { pr } = data;
  return respond(async () => {
    const run = await fleet().start(reviewPr, { inputs: { pr }, idempotencyKey: `review-pr-${pr}` });
    return { status: run.isRepeat ? 200 : 201, body: { id: run.id, status: run.status } };
  });
}

export async function GET(request: Request): Promise<Response> {
  const id = new URL(request.url).searchParams.get("run") ?? "";
  return respond(async () => {
    const { status, blockedOn } = await fleet().get(id);
    return { status: 200, body: { id, status, waitsFor: blockedOn.map(({ type }) => type) } };
  });
}

async function respond(work: () => Promise<HttpAnswer>): Promise<Response> {
  const { status, body } = await work().catch(answerOf);
  return Response.json(body, { status });
}

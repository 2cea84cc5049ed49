/**
 * A Fastify application that starts reviews, says how far they are, and passes a person's answer on. The client lives as long as
 * the application and is closed with it.
 */
import { createClient } from "@runfleet/client";
import fastify, { type FastifyInstance } from "fastify";
import { answerOf } from "./http-answer.js";
import { reviewPr } from "./workflows.js";

const body = { type: "object", required: ["pr"], properties: { pr: { type: "string", minLength: 1 } } };

export function createApp(): FastifyInstance {
  const app = fastify();
  const fleet = createClient({ redis: process.env["REDIS_URL"] });
  app.addHook("onClose", () => fleet.close());
  app.setErrorHandler((error, _request, reply) => {
    const answer = answerOf(error);
    return reply.status(answer.status).send(answer.body);
  });
  app.post<{ Body: { readonly pr: string } }>("/reviews", { schema: { body } }, async (request, reply) => {
    const { pr } = request.body;
    const run = await fleet.start(reviewPr, { inputs: { pr }, idempotencyKey: `review-pr-${pr}` });
    return reply.status(run.isRepeat ? 200 : 201).send({ id: run.id, status: run.status });
  });
  app.get<{ Params: { readonly id: string } }>("/reviews/:id", async ({ params }) => {
    const { id, status, summary } = await fleet.get(params.id);
    return { id, status, summary };
  });
  app.post<{ Params: { readonly id: string } }>("/reviews/:id/approve", async ({ params }, reply) => {
    await fleet.approve(params.id, "human_review", { by: "the person who is signed in" });
    return reply.status(204).send();
  });
  return app;
}

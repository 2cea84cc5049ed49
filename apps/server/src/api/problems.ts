/** The problem answers that every route may give, for the description. */
import { problemSchema } from "../problem.js";

const problem = {
  description: "a problem document",
  content: { "application/problem+json": { schema: problemSchema } },
};

/** 4XX: the caller can do something. 5XX: Redis is away, or a defect. */
export const problems = { "4xx": problem, "5xx": problem } as const;

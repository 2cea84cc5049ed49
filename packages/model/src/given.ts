/** What a step was given: the variables that one attempt could read, worked out from what is stored of the run. */
import { z } from "zod";

export const givenVariableSchema = z.object({
  name: z.string(),
  /** Null: a text of the step names it, and it had no value. */
  value: z.string().nullable(),
  /** The value was longer; it ends with `…`. */
  isCut: z.boolean(),
  /** Texts of the step that name it: `run`, `env.<name>`, `inputs.<name>`, `prompt`, `for`; the first twenty. */
  usedIn: z.array(z.string()),
});

/** Secret inputs are masked. */
export const givenDocumentSchema = z.object({
  /** Of the run. */
  id: z.string(),
  address: z.string(),
  attempt: z.number(),
  /** What the step's texts use comes first, in their order; the others by name. */
  variables: z.array(givenVariableSchema),
  /** How many more there are. */
  leftOut: z.number(),
  /** What is not stored and may have been another: sentences for people. */
  unknown: z.array(z.string()),
});
export type GivenVariable = z.infer<typeof givenVariableSchema>;
export type GivenDocument = z.infer<typeof givenDocumentSchema>;

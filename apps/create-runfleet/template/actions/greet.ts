// An action is code that steps call by name. It gets the step's variables, checked by the schema, and says what came out.
import { defineAction } from "@runfleet/worker";
import { z } from "zod";

/** From here on a name is long, and a person is asked. */
const longCharacters = 11;

export const greet = defineAction({
  name: "greet",
  input: z.object({ who: z.string().min(1) }),
  output: z.object({ greeting: z.string() }),
  async run({ input, idempotencyKey, log }) {
    // The same key whenever this step is executed again: give it to services that can then tell that they know it.
    log.info("greeting", { idempotencyKey });
    const greeting = `Hello, ${input.who}!`;
    const markers = [input.who.length >= longCharacters ? "long_name" : "short_name"];
    return { markers, context: greeting, output: { greeting } };
  },
});

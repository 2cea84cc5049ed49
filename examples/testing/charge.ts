// An action of a worker. The service behind it is a parameter, so that a test can stand in for it.
import { defineAction } from "@runfleet/worker";
import { z } from "zod";

export interface Payments {
  /** Takes a key once: asked again, it answers the same receipt. */
  charge(request: { readonly order: string; readonly cents: number; readonly key: string }): Promise<string>;
}

export const chargeWith = (payments: Payments) =>
  defineAction({
    name: "charge",
    input: z.object({ order: z.string(), cents: z.coerce.number().int().positive() }),
    output: z.object({ receipt: z.string() }),
    async run({ input, idempotencyKey }) {
      const receipt = await payments.charge({ ...input, key: idempotencyKey });
      return { markers: ["charged"], output: { receipt } };
    },
  });

/**
 * The actions of the order. The two services are maps in memory here; yours are somewhere else, and that is all that
 * changes. Each effect has the step's idempotency key, so an attempt that is repeated after a crash charges nobody twice.
 */
import { defineAction, defineConfig, NonRetryableError } from "@runfleet/worker";
import { z } from "zod";

const order = z.object({ order: z.string() });

/** What each service has done, by idempotency key: a key that is known answers what it answered before. */
const reserved = new Map<string, string>();
const charged = new Map<string, string>();
/** The payment service refuses the first request of each order, as such services do. */
const refusedOnce = new Set<string>();

const reserveStock = defineAction({
  name: "reserve-stock",
  input: order,
  async run({ input, idempotencyKey }) {
    reserved.set(idempotencyKey, input.order);
    return { markers: ["reserved"], context: `stock for ${input.order} is reserved` };
  },
});

const chargeCard = defineAction({
  name: "charge-card",
  input: order.extend({ amount: z.coerce.number().positive() }),
  output: z.object({ receipt: z.string() }),
  async run({ input, idempotencyKey }) {
    if (!refusedOnce.has(input.order)) {
      refusedOnce.add(input.order);
      throw new Error("the payment service is busy");
    }
    const receipt = charged.get(idempotencyKey) ?? `receipt-${input.order}`;
    charged.set(idempotencyKey, receipt);
    return { markers: ["charged"], context: `charged ${input.amount} EUR`, output: { receipt } };
  },
});

const bookCarrier = defineAction({
  name: "book-carrier",
  input: order.extend({ carrier: z.string() }),
  async run({ input }) {
    if (input.carrier === "pigeon") throw new NonRetryableError("no carrier is called pigeon");
    return { markers: ["booked"], context: `${input.carrier} fetches ${input.order}` };
  },
});

/** Called by `on_fail`; the run fails afterwards, with the reason of the step that failed. */
const undoOrder = defineAction({
  name: "undo-order",
  input: order.extend({ failed_step: z.string() }),
  async run({ input, runId }) {
    const isOfThisRun = (key: string) => key.startsWith(`${runId}:`);
    const undone = [
      ...[...charged.keys()].filter(isOfThisRun).map((key) => charged.delete(key) && "money given back"),
      ...[...reserved.keys()].filter(isOfThisRun).map((key) => reserved.delete(key) && "stock released"),
    ];
    return { markers: ["undone"], context: `${input.failed_step} failed: ${undone.join(", ")}` };
  },
});

const sendConfirmation = defineAction({
  name: "send-confirmation",
  input: order.extend({ receipt: z.string() }),
  async run({ input }) {
    return { context: `told the customer of ${input.order}: ${input.receipt}` };
  },
});

export default defineConfig({
  workflows: ".",
  actions: [reserveStock, chargeCard, bookCarrier, undoOrder, sendConfirmation],
});

// The guide for those who come from BullMQ: its workflows are workflows, and its actions are executed by one.
import { parseWorkflow } from "@runfleet/language";
import * as worker from "@runfleet/worker";
import { expect, onTestFinished, test } from "vitest";
import { openOneWorker } from "../support/worker/one-worker.js";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/from-bullmq.md");
const [, code = ""] = /^```ts worker\n([\s\S]*?)^```$/m.exec(page) ?? [];
const workflows = [...page.matchAll(/^```wf\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => parseWorkflow(text));

/** Schemas have tests of their own. */
const z = {
  string: () => undefined,
  object: () => ({ safeParse: (data: unknown) => ({ success: true, data }) }),
};

interface Shop {
  readonly calls: string[];
  readonly refused: boolean;
}

function configOf({ calls, refused }: Shop): worker.WorkerConfig {
  const source = code
    .replace(/import (\{[^}]*\}) from "@runfleet\/worker";/, "const $1 = worker;")
    .replace(/import .* from "zod";/, "")
    .replace("export default", "return");
  const reserve = async (order: string, { key }: { readonly key: string }) =>
    void calls.push(`reserve ${order} ${key}`);
  const charge = async (order: string, { key }: { readonly key: string }) => {
    calls.push(`charge ${order} ${key}`);
    return { refused, receipt: "r-1" };
  };
  const make = new Function("worker", "z", "reserve", "charge", `"use strict";\n${source}`);
  return make(worker, z, reserve, charge) as worker.WorkerConfig;
}

test("its workflows have no findings", () => {
  expect(workflows.map(({ definition, diagnostics }) => [definition?.name, diagnostics])).toEqual([
    ["fulfil", []],
    ["report", []],
  ]);
});

test.each([
  { refused: false, steps: ["reserve-stock#1 completed", "charge-card#1 completed"] },
  { refused: true, steps: ["reserve-stock#1 completed", "charge-card#1 failed"] },
])("its actions do what the processor did; the card is refused: $refused", async ({ refused, steps }) => {
  const [fulfil] = workflows;
  if (fulfil?.definition === undefined) throw new Error("the guide has no workflow");
  const calls: string[] = [];
  const one = await openOneWorker(configOf({ calls, refused }));
  onTestFinished(() => one.close());
  const id = await one.create(fulfil.definition, { inputs: { order: "o-1" } });
  await one.take(id);
  expect(await one.steps(id)).toEqual(steps);
  expect(calls).toEqual([`reserve o-1 ${id}:b.0`, `charge o-1 ${id}:b.1`]);
});

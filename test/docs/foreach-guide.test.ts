// The provider that the guide about foreach shows is a provider: its configuration is executed, page by page, and the
// guide's workflows are workflows without a diagnostic.
import { parseWorkflow } from "@runfleet/language";
import type { CollectItems } from "@runfleet/model";
import * as worker from "@runfleet/worker";
import { afterEach, expect, test, vi } from "vitest";
import { collectItems } from "../../packages/worker/src/perform/collect-items.js";
import type { PerformContext } from "../../packages/worker/src/perform/context.js";
import { createRegistry } from "../../packages/worker/src/registry.js";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/foreach.md");

function blocks(language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...page.matchAll(fence)].map(([, text = ""]) => text);
}

function configOf(source: string): worker.WorkerConfig {
  const code = source
    .replace(/import \{[^}]*\} from "@runfleet\/worker";/, "const { defineConfig } = worker;")
    .replace(": ItemProvider", "")
    .replace(/^interface Page \{[\s\S]*?^\}$/m, "")
    .replace(" as Page", "")
    .replace("export default", "return");
  return new Function("worker", `"use strict";\n${code}`)(worker) as worker.WorkerConfig;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const pages: Readonly<Record<string, unknown>> = {
  "": { tickets: [{ key: "T-1", title: "slow", owner: "ann", blockedBy: ["T-2"] }], last: false },
  "T-1": { tickets: [{ key: "T-2", title: "down", owner: "bob", blockedBy: [] }], last: true },
};

async function collect(filter: Record<string, string>) {
  const context = { run: { id: "r", workflow: "triage", inputs: {} } };
  const registry = createRegistry(configOf(blocks("ts")[0] ?? ""));
  const node = { kind: "foreach", name: "open", over: "tickets" };
  const command = { type: "collectItems", address: "b.0", attempt: 1, node, filter };
  return await collectItems(
    command as unknown as CollectItems,
    { ...context, registry } as unknown as PerformContext,
    new AbortController().signal,
  );
}

test("the provider of the guide lists all pages", async () => {
  vi.stubGlobal("fetch", async (url: URL) =>
    Response.json(pages[url.searchParams.get("after") ?? ""], {
      status: url.searchParams.get("queue") === "support" ? 200 : 404,
    }),
  );
  expect(await collect({ queue: "support" })).toEqual({
    type: "itemsCollected",
    address: "b.0",
    items: [
      { id: "T-1", ref: "slow", context: { owner: "ann" } },
      { id: "T-2", ref: "down", context: { owner: "bob" } },
    ],
    dependencies: [["T-2", "T-1"]],
  });
  expect(await collect({})).toMatchObject({
    type: "itemsFailed",
    error: { message: 'tickets needs filter = { queue = "<name>" }' },
  });
});

test("the workflows of the guide are workflows", () => {
  expect(blocks("wf")).toHaveLength(2);
  for (const source of blocks("wf")) expect(parseWorkflow(source).diagnostics).toEqual([]);
});

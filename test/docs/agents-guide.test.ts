// The project that the guide about agents shows is a project: its files are taken from the page, its configuration is
// executed, and its workflow runs with a shell script as the agent program and a server on loopback as the service.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readOutputSchema } from "@runfleet/engine";
import { parseWorkflow } from "@runfleet/language";
import * as worker from "@runfleet/worker";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { folderWith } from "../support/worker/attempts.js";
import { performRun } from "../support/worker/perform-run.js";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/agents.md");

/** Blocks of a language: what stands behind it in the fence, and the text. */
function blocks(language: string): { readonly info: string; readonly text: string }[] {
  const fence = new RegExp(`^\`\`\`${language}\\b *(.*)\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...page.matchAll(fence)].map(([, info = "", text = ""]) => ({ info, text }));
}

const files = Object.fromEntries(
  [...blocks("md"), ...blocks("yaml")]
    .filter(({ info }) => info !== "")
    .map(({ info, text }) => [info, text]),
);

const bodies: string[] = [];
const service = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  bodies.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
  response.writeHead(204).end();
});
afterAll(async () => {
  await new Promise((resolve) => service.close(resolve));
});

/** The page's configuration, with a shell in the place of the program and loopback in the place of the service. */
function configOf(answers: string, serviceUrl: string): worker.WorkerConfig {
  const source = (blocks("ts")[0]?.text ?? "")
    .replace(/import (\{[^}]*\}) from "@runfleet\/worker";/, "const $1 = worker;")
    .replace("export default", "return")
    .replace('command: "my-agent", args: ["--model",', `command: "sh", args: ["${answers}",`)
    .replace("https://chat.example", serviceUrl);
  return new Function("worker", `"use strict";\n${source}`)(worker) as worker.WorkerConfig;
}

test("the project of the guide about agents runs", async () => {
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const answers = `prompt=$(cat)
case "$RUNFLEET_STEP" in
review) echo '<<<FLOW_OUTPUT>>>{"approved": false, "summary": "no test"}<<<END_FLOW_OUTPUT>>>';;
*) echo '<<<FLOW_OUTPUT>>>{"context": "'"$1"' repaired it"}<<<END_FLOW_OUTPUT>>>';;
esac
echo "$prompt" > "$(dirname "$0")/$RUNFLEET_STEP.prompt"`;
  const root = folderWith({ ...files, "agent.sh": answers });
  const { definition, diagnostics } = parseWorkflow(blocks("wf")[0]?.text ?? "");
  expect(diagnostics).toEqual([]);
  if (definition === undefined) throw new Error("the page shows no workflow");
  const config = { ...configOf(`${root}/agent.sh`, url), root };
  const run = await performRun(definition, { config, run: { inputs: { change: "7", room: "reviews" } } });
  expect(run.steps.map(({ name, status, markers }) => [name, status, markers])).toEqual([
    ["review", "completed", ["not_approved"]],
    ["repair", "completed", []],
    ["tell-team", "completed", ["status_204", "status_2xx"]],
  ]);
  expect(bodies).toEqual(['POST /rooms/reviews {"text":"small repaired it"}']);
});

test("every schema of the guide about agents can be used", () => {
  const schemas = blocks("yaml");
  expect(schemas.length).toBe(2);
  for (const { text } of schemas) expect(readOutputSchema("s", parse(text)).problems).toEqual([]);
});

// The reference is written from the code. RUNFLEET_REWRITE=1 writes the pages anew.
import { writeFileSync } from "node:fs";
import { expect, inject, test } from "vitest";
import { openApiServer } from "../support/api-server.js";
import { describeAlerts } from "../support/reference/alert-list.js";
import { describeCommandLine } from "../support/reference/command-line.js";
import { describeConfiguration } from "../support/reference/configuration.js";
import { describeErrorCodes } from "../support/reference/error-table.js";
import { type ApiDescription, describeHttpApi } from "../support/reference/http-api.js";
import { filesBelow, root, textOf } from "./source-files.js";

function expectPage(file: string, text: string): void {
  if (process.env["RUNFLEET_REWRITE"] === "1") writeFileSync(`${root}${file}`, text);
  expect(textOf(file), `${file} is old: RUNFLEET_REWRITE=1 npm test -- test/tidy/reference.test.ts`).toBe(
    text,
  );
}

test("the command line is described as its commands describe themselves", () => {
  expectPage("docs/reference/command-line.md", describeCommandLine());
});

test("the configuration is described as it is declared", () => {
  expectPage("docs/reference/configuration.md", describeConfiguration());
});

test("every variable of the environment that the sources name is described somewhere", () => {
  const sources = ["packages/", "apps/"].flatMap((dir) => filesBelow(dir));
  const named = sources
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .flatMap((file) => textOf(file).match(/\bRUNFLEET_[A-Z_]+[A-Z]\b/g) ?? []);
  const pages = ["reference/configuration.md", "language.md", "guides/agents.md"];
  const described = pages.map((page) => textOf(`docs/${page}`)).join("\n");
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter((name) => !described.includes(name))).toEqual([]);
});

test("error codes are described as their table has them", () => {
  expectPage("docs/errors/README.md", describeErrorCodes());
});

test("alerts are listed as their rules and runbooks have them", () => {
  expectPage("docs/runbooks/README.md", describeAlerts());
});

test("the HTTP API is described as a server describes it", async () => {
  const server = await openApiServer(inject("redisUrl"));
  const { body } = await server.ask("GET", "/api/openapi.json").finally(() => server.close());
  expectPage("docs/reference/http-api.md", describeHttpApi(body as ApiDescription));
});

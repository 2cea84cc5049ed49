// What is written is compiled with a program that uses it, right and wrong.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { createProgram } from "../program.js";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-types-"));
  await writeFile(
    join(cwd, "review.wf"),
    "workflow review-pr {\n  inputs {\n    pr required\n    loud boolean\n  }\n  call look\n}\n",
  );
  await writeFile(join(cwd, "plain.wf"), "workflow plain {\n  call look\n}\n");
});
afterAll(() => rm(cwd, { recursive: true }));

async function run(...args: readonly string[]) {
  const { cli, printed, notes, exitCode } = fakeTerminal({ cwd });
  await createProgram(cli).parseAsync(["node", "runfleet", ...args]);
  return { printed: printed(), notes: notes(), code: exitCode() };
}

/** The lines that the compiler complains about. */
async function wrongLines(program: string): Promise<readonly number[]> {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin/tsc",
  );
  const options = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023", "--types", ""];
  await writeFile(join(cwd, "program.mts"), program);
  const told = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, ...options, "program.mts"], { cwd }, (_, out) => resolve(out));
  });
  return [...told.matchAll(/^program\.mts\((\d+),/gm)].map(([, line]) => Number(line));
}

test("a start is checked against the inputs that the workflow files declare", async () => {
  await symlink(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(cwd, "node_modules"));
  expect(await run("types", ".", "--out", "workflows.mts")).toMatchObject({ code: 0, printed: "" });
  const wrong = await wrongLines(
    [
      'import { createClient } from "@runfleet/client";',
      'import { plain, reviewPr } from "./workflows.mjs";',
      "const fleet = createClient();",
      'await fleet.start(reviewPr, { inputs: { pr: "7", loud: true }, label: "x" });',
      "await fleet.start(plain);",
      "await fleet.start(reviewPr);",
      "await fleet.start(reviewPr, { inputs: { loud: true } });",
      'await fleet.start(reviewPr, { inputs: { pr: "7", loud: "very" } });',
      'await fleet.start(reviewPr, { inputs: { pr: "7", lout: true } });',
      'await fleet.start(plain, { lable: "x" });',
    ].join("\n"),
  );
  expect(wrong).toEqual([6, 7, 8, 9, 10]);
  // A compiler is a process of its own; on a busy machine it takes its time.
}, 120_000);

test("outputs have the types of their schemas; what no schema says is unknown", async () => {
  await mkdir(join(cwd, "judged/schemas"), { recursive: true });
  await writeFile(join(cwd, "judged/runfleet.config.mjs"), 'export default { schemas: "schemas" };\n');
  await writeFile(
    join(cwd, "judged/schemas/verdict.yaml"),
    "fields:\n  verdict: enum(approve, reject)\n  note?: string\n  findings: { type: array, items: { line: number } }\n",
  );
  await writeFile(
    join(cwd, "judged/judge.wf"),
    'workflow judge {\n  do {\n    output = verdict\n    call "agents/judge.md"\n  }\n  call plain\n}\n',
  );
  await run("types", "judged", "--out", "judged/workflows.mts");
  const wrong = await wrongLines(
    [
      'import { createClient, outputsOf } from "@runfleet/client";',
      'import { judge } from "./judged/workflows.mjs";',
      "const run = await createClient().start(judge);",
      "const outputs = outputsOf(judge, await run.result());",
      'const approved: boolean = outputs.judge?.verdict === "approve";',
      "const line: number | undefined = outputs.judge?.findings[0]?.line;",
      "const note: string | undefined = outputs.judge?.note;",
      "const other: unknown = outputs.plain;",
      'const odd: boolean = outputs.judge?.verdict === "maybe";',
      "const text: string = outputs.judge?.findings[0]?.line;",
      "const typo = outputs.judge?.findigns;",
    ].join("\n"),
  );
  expect(wrong).toEqual([9, 10, 11]);
  await rm(join(cwd, "judged/schemas/verdict.yaml"));
  await expect(run("types", "judged")).rejects.toMatchObject({ code: "invalid_config" });
  await rm(join(cwd, "judged"), { recursive: true });
}, 120_000);

test("a file that is not up to date is seen, and written only then", async () => {
  await run("types", ".", "--out", "again.ts");
  expect((await run("types", ".", "--out", "again.ts", "--check")).code).toBe(0);
  await writeFile(join(cwd, "again.ts"), "// old\n");
  const checked = await run("types", ".", "--out", "again.ts", "--check");
  expect(checked).toMatchObject({ code: 2, notes: ["again.ts  is not up to date"] });
  expect(await readFile(join(cwd, "again.ts"), "utf8")).toBe("// old\n");
  const { printed } = await run("types", "plain.wf");
  expect(printed).toContain('export const plain = workflowRef<Record<never, never>>("plain");');
  await expect(run("types", ".", "--check")).rejects.toThrow("--check compares with the file of --out");
});

test("a workflow with a mistake gives no types but its place", async () => {
  await writeFile(join(cwd, "bad.wf"), "workflow bad {\n  cal x\n}\n");
  await expect(run("types", "bad.wf")).rejects.toMatchObject({
    code: "invalid_definition",
    message: expect.stringContaining("bad.wf:2:3"),
  });
});

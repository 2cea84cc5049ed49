import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { looksLikeFile, readFilesBeside, readWorkflowFile, readWorkflowPaths } from "./workflow-files.js";

let cwd = "";
const flow = (name: string, body: string): string =>
  `workflow ${name} {\n  meta { description = "d" targets = ["repo"] }\n  ${body}\n}\n`;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-files-"));
  await mkdir(join(cwd, "flows", "node_modules"), { recursive: true });
  await writeFile(join(cwd, "flows", "top.wf"), flow("top", "call workflow mid"));
  await writeFile(join(cwd, "flows", "mid.wf"), flow("mid", "call workflow leaf\n  call workflow top"));
  await writeFile(join(cwd, "flows", "leaf.wf"), flow("leaf", "call workflow published-elsewhere"));
  await writeFile(join(cwd, "flows", "unused.wf"), flow("unused", "call plan"));
  await writeFile(join(cwd, "flows", "node_modules", "theirs.wf"), "not ours");
});
afterAll(() => rm(cwd, { recursive: true }));

describe("workflow files", () => {
  test("are told from names", () => {
    expect(["a.wf", "./a", "dir/a"].map(looksLikeFile)).toEqual([true, true, true]);
    expect(looksLikeFile("review-pr")).toBe(false);
  });

  test("bring what they call, and what that calls, from their own folder", async () => {
    const top = await readWorkflowFile("flows/top.wf", cwd);
    expect(top.file).toBe(join("flows", "top.wf"));
    const beside = await readFilesBeside(top, cwd);
    expect(beside.map(({ file }) => file)).toEqual([join("flows", "mid.wf"), join("flows", "leaf.wf")]);
  });

  test("of a folder are all below it, without packages, each once", async () => {
    const files = await readWorkflowPaths(["flows", "flows/top.wf"], cwd);
    expect(files.map(({ file }) => file)).toEqual(
      ["leaf", "mid", "top", "unused"].map((name) => join("flows", `${name}.wf`)),
    );
  });

  test("that are missing are not found, and too large ones are not read", async () => {
    await expect(readWorkflowFile("no.wf", cwd)).rejects.toMatchObject({ code: "workflow_not_found" });
    await expect(readWorkflowPaths([join("flows", "node_modules", "x")], cwd)).rejects.toMatchObject({
      code: "workflow_not_found",
    });
    await writeFile(join(cwd, "huge.wf"), "x".repeat(1024 * 1024 + 1));
    await expect(readWorkflowFile("huge.wf", cwd)).rejects.toMatchObject({ code: "too_large" });
  });
});

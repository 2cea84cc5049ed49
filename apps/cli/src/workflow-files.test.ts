import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
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

describe("a workflow that another one names", () => {
  const besideOf = async (name: string): Promise<readonly string[]> => {
    const root = `workflow root { foreach f { over = x max_parallel = 1 workflow = "${name}" } }`;
    await writeFile(join(cwd, "flows", "root.wf"), root);
    const found = await readFilesBeside(await readWorkflowFile("flows/root.wf", cwd), cwd);
    await rm(join(cwd, "flows", "root.wf"));
    return found.map(({ file }) => file);
  };

  test("T-WRES-01 is the file of that name in its folder", async () => {
    expect(await besideOf("leaf")).toEqual([join("flows", "leaf.wf")]);
  });

  test("T-WRES-02 is not there when there is no such file, and a missing file is said by name", async () => {
    expect(await besideOf("missing")).toEqual([]);
    await expect(readWorkflowFile("flows/missing.wf", cwd)).rejects.toMatchObject({
      code: "workflow_not_found",
      message: expect.stringContaining("missing"),
    });
  });

  test.each([
    ["T-WRES-03 a slash", "node_modules/theirs"],
    ["T-WRES-04 dots", "../flows/leaf"],
    ["T-WRES-05 a space", "le af"],
  ])("%s in a name leads to no file", async (_name, name) => {
    await writeFile(join(cwd, "flows", "le af.wf"), flow("leaf", "call plan"));
    expect(await besideOf(name)).toEqual([]);
    await rm(join(cwd, "flows", "le af.wf"));
  });

  test("T-WRES-06 with errors in its text is handed on, so that whoever validates it can say why", async () => {
    await writeFile(join(cwd, "flows", "garbage.wf"), "not a workflow");
    expect(await besideOf("garbage")).toEqual([join("flows", "garbage.wf")]);
    await rm(join(cwd, "flows", "garbage.wf"));
  });

  test("T-WRES-07 may have hyphens, underscores and digits in its name", async () => {
    await writeFile(join(cwd, "flows", "my-flow_v2.wf"), flow("my-flow_v2", "call plan"));
    expect(await besideOf("my-flow_v2")).toEqual([join("flows", "my-flow_v2.wf")]);
    await rm(join(cwd, "flows", "my-flow_v2.wf"));
  });
});

describe("workflow files", () => {
  test("of a folder are those below it: linked ones too, and nothing of packages, hidden folders or linked folders", async () => {
    const folder = join(cwd, "below");
    for (const name of ["deep/er", ".git", "node_modules/theirs"])
      await mkdir(join(folder, name), { recursive: true });
    for (const name of ["deep/er/a.wf", ".git/b.wf", "node_modules/theirs/c.wf", "d.wf.txt"])
      await writeFile(join(folder, name), flow("any", "call plan"));
    await symlink(join(cwd, "flows", "leaf.wf"), join(folder, "linked.wf"));
    await symlink(folder, join(folder, "deep", "again"));
    const found = await readWorkflowPaths(["below"], cwd);
    expect(found.map(({ file }) => file)).toEqual([
      join("below", "deep", "er", "a.wf"),
      join("below", "linked.wf"),
    ]);
  });

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

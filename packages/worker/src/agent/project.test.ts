import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { AgentRef } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { folderWith } from "../../../../test/support/worker/attempts.js";
import type { WorkerConfig } from "../config.js";
import { createProject } from "./project.js";

const run = { id: "run-1", workflow: "review", inputs: {} };

type Question = { readonly workingDir?: string; readonly pluginDirs?: readonly string[] };

function projectWith(files: Readonly<Record<string, string>>, config: WorkerConfig = {}) {
  const root = folderWith(files);
  const project = createProject({ root, ...config });
  const question = (more: Question = {}) => ({ run, pluginDirs: [], ...more });
  return {
    root,
    agent: async (agent: AgentRef, more?: Question) => (await project.agent(agent, question(more))).body,
    snippets: (names: readonly string[], more?: Question) => project.snippets(names, question(more)),
    schema: (name: string, more?: Question) => project.schema(name, question(more)),
  };
}

const plan: AgentRef = { kind: "name", value: "plan" };

describe("agent files", () => {
  const files = {
    "agents/review/plan.md": "of the workflow",
    "agents/plan.md": "shared",
    ".claude/agents/plan.md": "of another program",
    "plugins/one/agents/plan.md": "of a plugin",
    "plugins/two/plan.md": "beside a plugin",
  };

  it("are looked for in the workflow's folder, the shared ones and the plugins, in this order", async () => {
    const pluginDirs = ["plugins/one", "plugins\\two"];
    const best = Object.entries(files);
    for (const [index, [, text]] of best.entries()) {
      const project = projectWith(Object.fromEntries(best.slice(index)));
      expect(await project.agent(plan, { pluginDirs })).toBe(text);
    }
    await expect(projectWith({}).agent(plan, { pluginDirs })).rejects.toThrow(/plugins\/two\/plan\.md/);
  });

  it("of the run's working directory come before those of the project, folder by folder", async () => {
    const project = projectWith(files);
    const workingDir = folderWith({ "agents/plan.md": "of the working directory" });
    expect(await project.agent(plan, { workingDir })).toBe("of the workflow");
    const shared = projectWith({ "agents/plan.md": "shared" });
    expect(await shared.agent(plan, { workingDir })).toBe("of the working directory");
  });

  it("are found by path below the project, with any ending, and without a folder too", async () => {
    const project = projectWith({ "deep/down/plan.txt": "by path", "top.md": "in the root" });
    expect(await project.agent({ kind: "path", value: "deep/down/plan.txt" })).toBe("by path");
    expect(await project.agent({ kind: "path", value: "deep\\down\\plan.txt" })).toBe("by path");
    expect(await project.agent({ kind: "path", value: "top.md" })).toBe("in the root");
  });

  it("lie where the configuration says", async () => {
    const elsewhere = folderWith({ "plan.md": "anywhere" });
    const project = projectWith({ "mine/plan.md": "mine" }, { agents: ["mine", elsewhere] });
    expect(await project.agent(plan)).toBe("mine");
    expect(await projectWith({}, { agents: elsewhere }).agent(plan)).toBe("anywhere");
  });

  it.each(["../plan.md", "/etc/plan.md", "C:\\plan.md", "agents/../../plan.md", "..\\plan.md", "a/\0.md"])(
    "never lie outside: %j",
    async (value) => {
      const agent: AgentRef = { kind: "path", value };
      await expect(projectWith(files).agent(agent)).rejects.toThrow(/must be a path below the project/);
    },
  );

  it("never lie outside by a link, nor do plugins", async () => {
    const outside = folderWith({ "plan.md": "secret" });
    const project = projectWith({});
    symlinkSync(outside, join(project.root, "agents"));
    await expect(project.agent(plan)).rejects.toThrow(/^agent file "plan" leads out of /);
    await expect(project.agent(plan, { pluginDirs: ["../x"] })).rejects.toThrow(
      /plugin directory "..\/x" must/,
    );
    await expect(project.agent(plan, { pluginDirs: [outside] })).rejects.toThrow(/plugin directory/);
  });

  it("never lie outside by the name of a workflow", async () => {
    const outer = folderWith({ "mine/a.md": "a", "secret/plan.md": "secret", "plan.md": "secret" });
    for (const workflow of ["../secret", "..", "../../secret", "x/../../secret"]) {
      const project = createProject({ root: join(outer, "mine"), agents: [join(outer, "mine"), "agents"] });
      const question = { run: { ...run, workflow }, pluginDirs: [] };
      await expect(project.agent(plan, question)).rejects.toThrow("was not found");
    }
  });

  it("are refused when they are too large, with their size", async () => {
    const project = projectWith({ "agents/plan.md": "x".repeat(limits.projectFileBytesMax + 1) });
    await expect(project.agent(plan)).rejects.toThrow(`at most ${limits.projectFileBytesMax} are read`);
  });

  it("are files: a pipe in their place is passed over", async () => {
    const project = projectWith({ ".claude/agents/plan.md": "a file" });
    mkdirSync(join(project.root, "agents"));
    execFileSync("sh", ["-c", 'mkfifo "$0"', join(project.root, "agents", "plan.md")]);
    expect(await project.agent(plan)).toBe("a file");
  });

  it("that are missing are named with every place and what to do", async () => {
    const project = projectWith({ "agents/plan.md/folder.md": "a folder in its place" });
    const places = ["agents/review", "agents", ".claude/agents/review", ".claude/agents"];
    await expect(project.agent(plan)).rejects.toMatchObject({
      code: "invalid_config",
      message: expect.stringMatching(
        /^agent file "plan" was not found; create one of .*, or correct the name/,
      ),
    });
    const error: unknown = await project.agent(plan).catch((caught: unknown) => caught);
    for (const place of places) expect(String(error)).toContain(join(project.root, place, "plan.md"));
  });
});

describe("snippets", () => {
  it("come in the order of their names, the workflow's own before shared ones of the same name", async () => {
    const project = projectWith({
      "prompts/review/tone.md": "own tone",
      "prompts/tone.md": "shared tone",
      "prompts/rules.md": "\uFEFFrules\r\nin two lines",
      "docs/style.md": "by path",
    });
    expect(await project.snippets(["rules", "tone", "docs/style.md"])).toEqual([
      "rules\nin two lines",
      "own tone",
      "by path",
    ]);
    expect(await project.snippets([])).toEqual([]);
  });

  it.each(["../tone.md", "/tone.md"])("never lie outside: %s", async (name) => {
    await expect(projectWith({}).snippets([name])).rejects.toThrow(/snippet .* must be a path below/);
  });

  it("that are missing fail all of them", async () => {
    await expect(projectWith({ "prompts/a.md": "a" }).snippets(["a", "b"])).rejects.toThrow(
      /snippet "b" was not found/,
    );
  });
});

describe("schemas", () => {
  const verdict = "fields:\n  approved: boolean\nmarkers:\n  ready: approved == true\n";

  it("are YAML or JSON files of a folder, the workflow's own first, or by path", async () => {
    const files = {
      "schemas/review/verdict.yaml": verdict,
      "schemas/verdict.yaml": "fields: { other: string }",
      "schemas/plain.yml": "fields: { a: string }",
      "schemas/json.json": '{"fields": {"b": "number"}}',
      "shapes/c.yaml": "fields: { c: array }",
    };
    const project = projectWith(files, { schemas: "schemas" });
    expect((await project.schema("verdict"))?.markers).toHaveLength(1);
    for (const [name, field] of [
      ["plain", "a"],
      ["json", "b"],
      ["shapes/c.yaml", "c"],
    ] as const) {
      expect((await project.schema(name))?.fields[0]?.name).toBe(field);
    }
  });

  it("come from a function of name and run", async () => {
    const schemas = (name: string, { workflow }: { workflow: string }) =>
      name === "known" ? { fields: { [workflow]: "string" } } : undefined;
    const project = projectWith({}, { schemas });
    expect((await project.schema("known"))?.fields[0]?.name).toBe("review");
    await expect(project.schema("gone")).rejects.toThrow('output schema "gone" is unknown to the function');
  });

  it("are not looked for when the configuration has none", async () => {
    expect(await projectWith({}).schema("verdict")).toBeUndefined();
  });

  it.each([
    ["fields: [", /is no YAML/],
    ["fields: { a: text }", /output schema "verdict" .* cannot be used: fields\.a: the type is "text"/],
    ["", /it must be a map/],
  ])("%j is refused with its file", async (text, message) => {
    const project = projectWith({ "schemas/verdict.yaml": text }, { schemas: "schemas" });
    await expect(project.schema("verdict")).rejects.toThrow(message);
    await expect(project.schema("verdict")).rejects.toThrow("verdict.yaml");
  });

  it("that are missing are named with every place", async () => {
    const project = projectWith({}, { schemas: "schemas" });
    await expect(project.schema("gone")).rejects.toThrow(/output schema "gone" was not found; create one of/);
  });
});

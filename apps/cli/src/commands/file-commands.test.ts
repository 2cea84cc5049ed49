/** The commands that need files only: validate, fmt, graph. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pc from "picocolors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Cli, GlobalOptions } from "../cli.js";
import { createProgram } from "../program.js";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-commands-"));
  await mkdir(join(cwd, ".git"));
});
afterEach(() => rm(cwd, { recursive: true }));

const write = (name: string, text: string): Promise<void> => writeFile(join(cwd, name), text);

interface Result {
  readonly code: number;
  readonly out: string;
}

async function run(...args: readonly string[]): Promise<Result> {
  const lines: string[] = [];
  let code = 0;
  const print = (text: string): void => void lines.push(`${text}\n`);
  const colours = pc.createColors(false);
  const cli: Cli = {
    terminal: {
      print,
      printJson: (document) => print(JSON.stringify(document)),
      note: () => undefined,
      stream: process.stdout,
      out: colours,
      err: colours,
      isInteractive: false,
      columns: () => 80,
      rows: () => 24,
    },
    env: {},
    cwd,
    globals: () => program.opts<GlobalOptions>(),
    setExitCode: (value) => {
      code = value;
    },
    setPlace: () => undefined,
  };
  const program = createProgram(cli);
  await program.parseAsync(["node", "runfleet", ...args]);
  return { code, out: lines.join("") };
}

async function diagnosticsOf(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { out } = await run("validate", "--json", ...args);
  return (JSON.parse(out) as { diagnostics: Record<string, unknown>[] }).diagnostics;
}

describe("validate", () => {
  test("looks for the schemas that steps name in the folder of the configuration", async () => {
    await write(
      "runfleet.config.mjs",
      "export default { schemas: 'shapes', fallback: { name: 'any', run() {} } };\n",
    );
    await write("a.wf", "workflow a {\n  call x { output = verdict }\n}\n");
    expect((await diagnosticsOf("a.wf")).map(({ line, code }) => [line, code])).toEqual([
      [2, "missing_file"],
    ]);
    await mkdir(join(cwd, "shapes"));
    await write("shapes/verdict.yaml", "fields: { approved: boolean }\n");
    expect(await diagnosticsOf("a.wf")).toEqual([]);
  });

  test("gives file, line, column, span, code, message and hint of every finding, file by file and by place", async () => {
    await write("b.wf", "workflow b {\n  call x { retires = 1 }\n  if y.z { call w }\n}\n");
    await write("a.wf", "workflow a {\n  cal x\n  call y { timeout = soon }\n}\n");
    const found = await diagnosticsOf(".");
    expect(found.map(({ file, line, code }) => [file, line, code])).toEqual([
      ["a.wf", 2, "unknown_keyword"],
      ["a.wf", 3, "invalid_value"],
      ["b.wf", 2, "unknown_option"],
      ["b.wf", 3, "unknown_step"],
    ]);
    expect(found[2]).toEqual({
      severity: "warning",
      code: "unknown_option",
      message: "`retires` is not an option of a call and is ignored",
      hint: "did you mean `retries`?",
      file: "b.wf",
      line: 2,
      column: 12,
      span: { start: { line: 2, column: 12 }, end: { line: 2, column: 19 } },
    });
    for (const { hint } of found) expect(hint).toEqual(expect.stringMatching(/./));
    expect(await diagnosticsOf(".")).toEqual(found);
  });

  test("mistakes in names are found together with mistakes in writing, and only those that are certain", async () => {
    await write(
      "a.wf",
      `workflow a {
        inputs { pr required }
        call plan { timeout = soon }
        script build { }
        if build.ok { call b }
        if paln.ok { call c }
        call workflow kid
        call workflow gone
      }\n`,
    );
    await write("kid.wf", "workflow kid { cal x }\n");
    expect((await diagnosticsOf("a.wf")).map(({ line, code, hint }) => [line, code, hint])).toEqual([
      [3, "invalid_value", expect.stringContaining("for example")],
      [4, "missing_option", 'add `run = "make test"`'],
      [6, "unknown_step", "did you mean `plan`?"],
      [8, "unknown_workflow", expect.stringContaining("publish it")],
    ]);
  });

  test("warnings become errors under --strict", async () => {
    await write("a.wf", "workflow a { call x { retires = 1 } }\n");
    expect((await run("validate", "a.wf")).code).toBe(0);
    const strict = await run("validate", "a.wf", "--strict");
    expect(strict.code).toBe(2);
    expect(strict.out).toContain("error[unknown_option]");
  });

  test("knows the actions, gates and items of the nearest configuration, or of the named one", async () => {
    await write(
      "a.wf",
      `workflow a {
        call plna
        gate deployed {}
        foreach f { over = tickets max_parallel = 1 workflow = a }
      }\n`,
    );
    const codes = async (...args: string[]): Promise<unknown[]> =>
      (await diagnosticsOf("a.wf", ...args)).map(({ code }) => code);
    expect(await codes()).toEqual(["workflow_cycle"]);
    await write(
      "runfleet.config.mjs",
      "export default { actions: [{ name: 'plan', run: async () => undefined }] };\n",
    );
    expect(await codes()).toEqual([
      "unknown_action",
      "unknown_gate_type",
      "unknown_item_provider",
      "workflow_cycle",
    ]);
    expect((await diagnosticsOf("a.wf"))[0]).toMatchObject({ hint: "did you mean `plan`?" });
    await write(
      "other.config.mjs",
      "export default { fallback: {}, gates: { deployed: {} }, items: { tickets: {} } };\n",
    );
    expect(await codes("--config", "other.config.mjs")).toEqual(["workflow_cycle"]);
    await expect(run("validate", "a.wf", "--config", "gone.mjs")).rejects.toMatchObject({
      code: "invalid_config",
    });
  });

  test("looks for scripts beside the file and in named folders, not when only the configuration knows where they run", async () => {
    await write(
      "a.wf",
      'workflow a { script s { run = "./tools/x.sh {{y}}" } script t { run = "./x.sh" } }\n',
    );
    expect((await diagnosticsOf("a.wf"))[0]).toMatchObject({
      code: "invalid_script",
      message: "the script `t` cannot be run: ./x.sh does not exist",
    });
    await mkdir(join(cwd, "tools"));
    await writeFile(join(cwd, "tools", "x.sh"), "", { mode: 0o755 });
    expect(await diagnosticsOf("a.wf", "--scripts", "tools")).toEqual([]);
    await write("runfleet.config.mjs", "export default { runContext: () => ({}) };\n");
    expect(await diagnosticsOf("a.wf")).toEqual([]);
    expect(await diagnosticsOf("a.wf", "--scripts", ".")).toHaveLength(1);
  });

  test("a called workflow is the one beside its caller, even if another of that name is given", async () => {
    const caller = 'workflow top { call workflow kid { inputs { x = "1" } } }\n';
    for (const [name, kid] of [
      ["one", "workflow kid { inputs { x required } }\n"],
      ["two", "workflow kid { inputs { y required } }\n"],
    ] as const) {
      await mkdir(join(cwd, name));
      await write(join(name, "top.wf"), caller);
      await write(join(name, "kid.wf"), kid);
    }
    expect((await diagnosticsOf("one", "two")).map(({ file, code }) => [file, code])).toEqual([
      [join("two", "top.wf"), "missing_input"],
    ]);
  });
});

describe("fmt", () => {
  const loose = "workflow a{\ncall x // why\n}\n";
  const laidOut = "workflow a {\n  call x // why\n}\n";

  test("lays files out once, and then has nothing more to do", async () => {
    await write("a.wf", loose);
    expect(await run("fmt", ".")).toEqual({ code: 0, out: "a.wf  changed\n" });
    expect(await readFile(join(cwd, "a.wf"), "utf8")).toBe(laidOut);
    expect(await run("fmt", "a.wf")).toEqual({ code: 0, out: "" });
  });

  test("--check names what would change, writes nothing, and exits with 2", async () => {
    await write("a.wf", loose);
    await write("b.wf", laidOut.replace("a {", "b {"));
    expect(await run("fmt", ".", "--check")).toEqual({ code: 2, out: "a.wf  would change\n" });
    expect(await readFile(join(cwd, "a.wf"), "utf8")).toBe(loose);
    const asJson = await run("fmt", ".", "--check", "--json");
    expect(JSON.parse(asJson.out)).toEqual({ files: 2, wouldChange: ["a.wf"], diagnostics: [] });
  });

  test("a file with errors is left alone and shown", async () => {
    await write("a.wf", "workflow a{ call {\n");
    const { code, out } = await run("fmt", "a.wf");
    expect(code).toBe(2);
    expect(out).toContain("error[unclosed_block]");
    expect(await readFile(join(cwd, "a.wf"), "utf8")).toBe("workflow a{ call {\n");
  });
});

describe("graph", () => {
  test("draws Mermaid text, or an SVG picture without anything from outside", async () => {
    await write("a.wf", 'workflow a { script s { run = "echo \\"<b>\\" & {{x}}" } call workflow kid }\n');
    const mermaid = await run("graph", "a.wf");
    expect(mermaid.out).toContain('  step_start(["a"])');
    const svg = await run("graph", "a.wf", "--format", "svg");
    expect(svg.out).toContain("<svg ");
    expect(svg.out).toMatch(/>\$ echo &quot;&lt;b&gt;&quot; &amp; \{\{x\}\}</);
    expect(svg.out).toContain("ui-monospace");
    expect(svg.out).not.toMatch(/<script|href="http|url\(http/);
    const asJson = await run("graph", "a.wf", "--format", "svg", "--json");
    expect(JSON.parse(asJson.out)).toMatchObject({ workflow: "a", format: "svg" });
  });

  test("a file with errors is refused with its mistakes", async () => {
    await write("a.wf", "workflow a { cal x }\n");
    await expect(run("graph", "a.wf")).rejects.toThrow("did you mean `call`?");
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "./load-config.js";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-config-"));
});
afterAll(() => rm(cwd, { recursive: true }));

const load = (file: string) => loadConfig(file, { env: {}, cwd });

describe("a configuration", () => {
  test("may be TypeScript that imports TypeScript by its later name", async () => {
    await writeFile(join(cwd, "name.ts"), "export const name: string = 'charge';\n");
    const text = `
      import { name } from "./name.js";
      import type { Missing } from "./nowhere.js";
      const later: Missing = await Promise.resolve(name);
      export default { actions: [{ name: later, run: async () => undefined }], workflows: "./flows" };`;
    await writeFile(join(cwd, "a.config.ts"), text);
    const loaded = await load("a.config.ts");
    expect(loaded.config.actions?.map(({ name }) => name)).toEqual(["charge"]);
    expect(loaded).toMatchObject({ file: join(cwd, "a.config.ts"), workflowsFolder: join(cwd, "flows") });
  });

  test("may be JavaScript", async () => {
    await writeFile(join(cwd, "b.config.mjs"), "export default { workflows: '.' };\n");
    expect(await load("b.config.mjs")).toMatchObject({ workflowsFolder: cwd });
  });

  test("has its own folder as the root of the project, or one named from there", async () => {
    await writeFile(join(cwd, "f.config.mjs"), "export default {};\n");
    expect((await load("f.config.mjs")).config.root).toBe(cwd);
    await writeFile(join(cwd, "g.config.mjs"), "export default { root: 'deep' };\n");
    expect((await load("g.config.mjs")).config.root).toBe(join(cwd, "deep"));
  });

  test("is refused with its name when it is missing, broken, or exports nothing", async () => {
    await expect(load("no.config.ts")).rejects.toMatchObject({ code: "invalid_config" });
    await writeFile(join(cwd, "c.config.ts"), "export default {{\n");
    await expect(load("c.config.ts")).rejects.toThrowError(/c\.config\.ts cannot be loaded/);
    await writeFile(join(cwd, "d.config.ts"), "throw new Error('no key');\n");
    await expect(load("d.config.ts")).rejects.toThrowError(/no key/);
    await writeFile(join(cwd, "e.config.ts"), "export const config = {};\n");
    await expect(load("e.config.ts")).rejects.toThrowError(/must export its configuration by default/);
  });
});

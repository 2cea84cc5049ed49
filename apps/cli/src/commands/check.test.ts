/** A deployment held against runs that are open: renamed actions, lost workflows, inputs that schedules do not give. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../../test/support/client-fleet.js";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { readLive } from "../check/read-live.js";
import { createProgram } from "../program.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet, namespace } = under;
let cwd = "";
let live: readonly string[] = [];

const oldText = `workflow order {
  inputs { id required }
  call charge-card
  call workflow ship { inputs = { id = "{{id}}" } }
}`;

const write = (name: string, text: string): Promise<void> => writeFile(join(cwd, name), text);

/** Each under a name of its own, since a module is loaded once. */
let configs = 0;
async function configOf(...actions: readonly string[]): Promise<readonly [string, string]> {
  configs += 1;
  const file = `runfleet.config.${configs}.mjs`;
  await write(file, `export default { actions: [${actions.join(", ")}] };\n`);
  return ["--config", file];
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "runfleet-check-"));
  await mkdir(join(cwd, ".git"));
  const ship = "workflow ship {\n  inputs { id required }\n  call pack\n}";
  await fleet.publish([{ source: oldText }, { source: ship }]);
  const runs = await Promise.all([1, 2, 3].map((id) => fleet.start("order", { inputs: { id } })));
  live = runs.map(({ id }) => id);
  const ended = await fleet.start("order", { inputs: { id: 4 } });
  await fleet.terminate(ended.id);
  await fleet.schedule("nightly", { workflow: "ship", everyMs: 86_400_000, inputs: { id: "all" } });
});
afterAll(async () => {
  await under.close();
  await rm(cwd, { recursive: true });
});

interface Document {
  readonly compatible: boolean;
  readonly runs: number;
  readonly findings: readonly Record<string, unknown>[];
  readonly schedules: readonly Record<string, unknown>[];
}

async function check(...args: readonly string[]): Promise<{ code: number; document: Document }> {
  const { cli, printed, exitCode } = fakeTerminal({ cwd, globals: { json: true, namespace } });
  await createProgram(cli).parseAsync([
    "node",
    "runfleet",
    "check",
    ...args,
    "--against",
    inject("redisUrl"),
  ]);
  return { code: exitCode(), document: JSON.parse(printed()) as Document };
}

const named = (name: string, more = ""): string => `{ name: "${name}"${more}, run() {} }`;

test("an action that three open runs call is gone: exit code 1 and those three; under an alias nothing breaks", async () => {
  const renamed = await configOf(named("charge"), named("pack"));
  const { code, document } = await check(...renamed);
  expect({ code, ...document }).toMatchObject({ code: 1, compatible: false, runs: 3 });
  expect(document.findings).toEqual([
    expect.objectContaining({
      severity: "error",
      code: "unknown_action",
      workflow: "order",
      message: "no action is registered under `charge-card`",
      runs: { count: 3, ids: expect.arrayContaining([...live]) },
    }),
  ]);
  const aliased = await configOf(named("charge", ', aliases: ["charge-card"]'), named("pack"));
  expect(await check(...aliased)).toMatchObject({ code: 0, document: { compatible: true, findings: [] } });
});

test("a child that open runs will start wants an input they do not give, and so does the schedule's workflow", async () => {
  const same = await configOf(named("charge-card"), named("pack"));
  await write("ship.wf", "workflow ship {\n  inputs { id required carrier required }\n  call pack\n}\n");
  const { code, document } = await check("ship.wf", ...same);
  expect(code).toBe(1);
  expect(document.findings).toEqual([
    expect.objectContaining({
      code: "missing_input",
      workflow: "order",
      runs: expect.objectContaining({ count: 3 }),
    }),
  ]);
  expect(document.schedules).toEqual([
    expect.objectContaining({ schedule: "nightly", message: expect.stringContaining("`carrier`") }),
  ]);
});

test("a new version of the workflow itself breaks nothing: runs keep the one they were started with", async () => {
  const more = await configOf(named("charge-card"), named("pack"), named("other"));
  await write("order.wf", "workflow order {\n  inputs { id required tone required }\n  call other\n}\n");
  expect(await check("order.wf", ...more)).toMatchObject({ code: 0, document: { compatible: true } });
});

test("each file is held to the configuration nearest to it, and what has no file to all of them together", async () => {
  for (const [folder, workflow, action] of [
    ["shop", "order", "charge-card"],
    ["depot", "ship", "pack"],
  ] as const) {
    await mkdir(join(cwd, folder));
    await write(`${folder}/runfleet.config.mjs`, `export default { actions: [${named(action)}] };\n`);
    await write(`${folder}/${workflow}.wf`, `workflow ${workflow} {\n  call ${action}\n}\n`);
  }
  expect(await check("depot/ship.wf", "shop/order.wf")).toMatchObject({
    code: 0,
    document: { findings: [] },
  });
  expect(await check("depot/ship.wf")).toMatchObject({
    code: 1,
    document: { findings: [{ workflow: "order", message: "no action is registered under `charge-card`" }] },
  });
});

test("a run that is removed between its page and its version does not count", async () => {
  let removed: string | undefined;
  const removing: typeof fleet = {
    ...fleet,
    async list(options) {
      const page = await fleet.list(options);
      removed ??= page.runs[0]?.id;
      await under.expire(removed ?? "");
      return page;
    },
  };
  const { versions } = await readLive(removing, { withFailed: false, progress: () => undefined });
  expect(live).toContain(removed);
  expect(versions.map(({ runs }) => runs)).toEqual([
    { count: 2, ids: expect.arrayContaining(live.filter((id) => id !== removed)) },
  ]);
});

test("files with errors are nothing to deploy: exit code 2, and no run is read", async () => {
  await write("order.wf", "workflow order {\n  call\n}\n");
  expect(await check("order.wf")).toEqual({
    code: 2,
    document: { compatible: false, invalid: ["order.wf"] },
  });
});

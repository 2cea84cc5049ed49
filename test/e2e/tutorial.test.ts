/**
 * The tutorial, followed line by line in an empty folder. Other than typed: the clone is this one; what `npm install` does is done
 * without a registry, unless RUNFLEET_TEST_FETCH says that the network is sure; npx is left out, which takes longer than the command; the
 * Redis of production is the tests', the port of the server any free one, and leases are shorter. What needs a container engine is held
 * against the compose file.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient, type FleetClient } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { eventually } from "../support/eventually.js";
import { installProject } from "../support/installed-packages.js";
import { type Doing, missingLines, readTutorial } from "../support/tutorial/read-page.js";
import { openTerminal, type Staying, type Terminal } from "../support/tutorial/terminal.js";
import { textOf } from "../tidy/source-files.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const chapters = readTutorial(textOf("docs/tutorials/from-empty-folder.md")).filter(
  ({ doings }) => doings.length > 0,
);
const inContainers = chapters.filter(({ title }) => title.includes("containers"));
const followed = chapters.filter((chapter) => !inContainers.includes(chapter));
const namespace = `tutorial-${process.pid}`;

let folder = "";
let terminal: Terminal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-tutorial-"));
  const { REDIS_URL: _unused, FORCE_COLOR: _colour, ...inherited } = process.env;
  const cache = join(root, ".cache", "runfleet");
  terminal = openTerminal({
    cwd: folder,
    env: { ...inherited, NO_COLOR: "1", RUNFLEET_CACHE: cache, RUNFLEET_LEASE_TTL_MS: "5000" },
  });
});
afterAll(async () => {
  await terminal.stopAll();
  await rm(folder, { recursive: true, force: true });
});

/** What the reader sees: everything that the last commands printed, and the development fleet. */
let printed: () => string = () => "";
let fleet: Staying | undefined;
let run = "";
let runOfGuest = "";

/** Commands that a test types differently, by how they begin. */
const otherwise: Readonly<Record<string, (line: string) => Promise<string>>> = {
  "git clone": async () => {
    symlinkSync(root, join(folder, "runfleet"), "dir");
    return "";
  },
  "cd ": async (line) => {
    terminal.cwd = join(terminal.cwd, line.slice("cd ".length));
    return "";
  },
  "npm run create": (line) => {
    const project = resolve(terminal.cwd, line.slice("npm run create ".length));
    const task = `import("${root}scripts/bootstrap/create.mjs").then((it) => it.createProject(["${project}"]))`;
    return terminal.type(`node --eval '${task}'`);
  },
  "npm install": async (line) => {
    if (process.env["RUNFLEET_TEST_FETCH"]) return await terminal.type(line);
    await installProject(terminal.cwd, { from: join(terminal.cwd, "vendor") });
    return "";
  },
  "npm start": async (line) => {
    await fleet?.stop();
    const started = terminal.start(line);
    fleet = started;
    await eventually("the fleet is up", () => /^ {2}workflows .*$/m.exec(started.printed()) ?? undefined);
    return started.printed();
  },
  "npx runfleet gates": whenSomebodyIsAsked,
  "npx runfleet approve": whenSomebodyIsAsked,
  "kill -9": async (line) => {
    runOfGuest = await guestBeingInvited();
    return await terminal.type(line);
  },
  "export REDIS_URL": async () => {
    await fleet?.stop();
    Object.assign(terminal.env, { REDIS_URL: inject("redisUrl"), RUNFLEET_NAMESPACE: namespace });
    return "";
  },
  "npx runfleet worker": async (line) => terminal.start(line).printed(),
  "npx runfleet server": async (line) => {
    const server = terminal.start(`${line} --port 0`);
    const url = await eventually("the server listens", () => /"url":"([^"]+)"/.exec(server.printed())?.[1]);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    return server.printed();
  },
};

/** What the development fleet knows, over a connection of our own. Resolves when it is there. */
async function seenInFleet<T>(
  what: string,
  look: (client: FleetClient) => Promise<T | undefined>,
): Promise<T> {
  const state = JSON.parse(readFileSync(join(terminal.cwd, ".runfleet", "dev.json"), "utf8"));
  const client = createClient({ redis: state.redisUrl, namespace: state.namespace });
  try {
    return await eventually(what, () => look(client));
  } finally {
    await client.close();
  }
}

/** A step of three seconds that began within this time has not ended when its worker is killed. */
const justBegunMs = 1_000;

/** The run of a guest that a worker has just begun with. */
async function guestBeingInvited(): Promise<string> {
  return await seenInFleet("a guest is being invited", async (client) => {
    const { children } = await client.get(run);
    const guests = await Promise.all(children.map((id) => client.get(id)));
    const isBeingInvited = ({ steps }: RunDocument) =>
      steps.some(
        ({ status, startedAt }) =>
          status === "running" && Date.now() - Date.parse(startedAt ?? "") < justBegunMs,
      );
    return guests.find(isBeingInvited)?.id;
  });
}

/** A person looks again; what is typed here comes at once. */
async function whenSomebodyIsAsked(line: string): Promise<string> {
  await seenInFleet("the run waits", async (client) =>
    (await client.get(run)).status === "waiting" ? true : undefined,
  );
  return await terminal.type(line);
}

/** What stands for something only the reader can see. */
function filledIn(line: string): string {
  const pids = /workers +pid (\d+), pid (\d+)/.exec(fleet?.printed() ?? "")?.slice(1) ?? [];
  const filled = line
    .replace("<run-of-a-guest>", runOfGuest)
    .replace("<run>", run)
    .replace("<pid> <pid>", pids.join(" "));
  if (/<[a-z-]+>/.test(filled) && !filled.startsWith("git clone")) throw new Error(`what is ${filled}?`);
  return filled;
}

async function type(line: string): Promise<string> {
  const command = filledIn(line);
  const direct = command.replace(/^npx /, "node_modules/.bin/");
  const [, other] = Object.entries(otherwise).find(([beginning]) => command.startsWith(beginning)) ?? [];
  const answer = await (other ?? ((typed: string) => terminal.type(typed)))(direct);
  run = /^started (\w{26})$/m.exec(answer)?.[1] ?? run;
  return answer;
}

const does: { readonly [K in Doing["kind"]]: (doing: Extract<Doing, { kind: K }>) => Promise<void> } = {
  write: async ({ file, text }) => {
    mkdirSync(dirname(join(terminal.cwd, file)), { recursive: true });
    writeFileSync(join(terminal.cwd, file), text);
  },
  type: async ({ lines }) => {
    const answers: string[] = [];
    for (const line of lines) answers.push(await type(line));
    printed = () => answers.join("\n");
  },
  compare: async ({ lines }) => {
    expect(missingLines(lines, printed()), printed()).toEqual([]);
  },
};

test.each(followed)("$title", async ({ doings }) => {
  for (const doing of doings) await (does[doing.kind] as (one: Doing) => Promise<void>)(doing);
});

test("what is typed for containers names the compose file, its services and its variables", () => {
  const lines = inContainers
    .flatMap(({ doings }) => doings)
    .flatMap((doing) => ("lines" in doing ? doing.lines : []));
  const file = "infra/compose/compose.yaml";
  const compose = textOf(file);
  const { services } = parse(compose) as { readonly services: Readonly<Record<string, object>> };
  const exported = lines.flatMap((line) => /^export (\w+)=/.exec(line)?.[1] ?? []);
  expect(exported).toEqual(["RUNFLEET_PROJECT", "RUNFLEET_API_TOKENS", "GRAFANA_PASSWORD"]);
  expect(exported.filter((name) => !compose.includes(`\${${name}:`))).toEqual([]);
  const typed = lines.filter((line) => line.startsWith("docker compose "));
  expect(typed.filter((line) => !line.startsWith(`docker compose --file ../runfleet/${file} `))).toEqual([]);
  const used = typed.flatMap((line) => /(?:exec |--scale )(\w+)/.exec(line)?.[1] ?? []);
  expect(used).toHaveLength(typed.length);
  expect(used.filter((name) => services[name] === undefined)).toEqual([]);
  expect(existsSync(join(root, file))).toBe(true);
});

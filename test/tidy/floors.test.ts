// The floors: a package imports lower floors only, never sideways, never up. Biome checks the imports with the rules in
// biome.floors.json; here those rules themselves and the manifests are held to the table of docs/adr/0005-floors.md.
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { filesBelow, textOf } from "./source-files.js";
import type { Member } from "./workspace.js";
import { memberNamed, members } from "./workspace.js";

const floorOf: Readonly<Record<string, number>> = {
  "packages/model": 0,
  "packages/language": 1,
  "packages/engine": 1,
  "packages/scaling": 1,
  "packages/metrics": 1,
  "packages/schedules": 1,
  "packages/tracing": 2,
  "packages/store": 2,
  "packages/queue": 2,
  "packages/worker": 3,
  "packages/client": 3,
  "packages/service": 3,
  "packages/testing": 4,
  "apps/pages": 4,
  "apps/server": 5,
  "apps/cli": 6,
  "apps/create-runfleet": 6,
};

/** Foreign packages with one home: nobody else may import them. */
const homes: Readonly<Record<string, string>> = {
  ioredis: "packages/store",
  redlock: "packages/store",
  bullmq: "packages/queue",
  pino: "packages/service",
  "@opentelemetry/api": "packages/tracing",
  "@opentelemetry/exporter-metrics-otlp-grpc": "packages/service",
  "@opentelemetry/exporter-metrics-otlp-http": "packages/service",
  "@opentelemetry/exporter-metrics-otlp-proto": "packages/service",
  "@opentelemetry/exporter-prometheus": "packages/service",
  "@opentelemetry/sdk-metrics": "packages/service",
  "@opentelemetry/sdk-node": "packages/service",
  yaml: "packages/worker",
  croner: "packages/schedules",
  "js-redis-server": "packages/testing",
  "@dagrejs/dagre": "apps/pages",
  "@hpcc-js/wasm-graphviz": "apps/cli",
};

/** Declared and never imported: bullmq loads ioredis itself, and Bull Board loads bullmq. */
const declaredNotImported: Readonly<Record<string, readonly string[]>> = {
  "packages/queue": ["ioredis"],
  "apps/server": ["bullmq"],
};

interface FloorRule {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style: {
        readonly noRestrictedImports: {
          readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] };
        };
      };
    };
  };
}

const rules = (JSON.parse(textOf("biome.floors.json")) as { overrides: FloorRule[] }).overrides;

function allowedImports(dir: string): string[] {
  const matching = rules.filter(({ includes }) => includes.includes(`${dir}/src/**`));
  const group = matching[0]?.linter.rules.style.noRestrictedImports.options.patterns[0]?.group ?? [];
  return group.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1));
}

/** Names of the workspace members that a member imports. */
function internalImports({ dir, manifest }: Member): string[] {
  const notImported = declaredNotImported[dir] ?? [];
  const internal = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter((name) =>
    name.startsWith("@runfleet/"),
  );
  return internal.filter((name) => !notImported.includes(name));
}

function floorOfPackage(name: string): number {
  return floorOf[memberNamed(name).dir] ?? Number.NaN;
}

test("every package and app has a floor and a rule for its imports", () => {
  const dirs = members.map(({ dir }) => dir).sort();
  expect(Object.keys(floorOf).sort()).toEqual(dirs);
  expect(rules.flatMap(({ includes }) => includes).sort()).toEqual(dirs.map((dir) => `${dir}/src/**`));
});

test("the import rules refuse everything they do not name", () => {
  for (const { dir } of members) {
    const [rule] = rules.filter(({ includes }) => includes.includes(`${dir}/src/**`));
    const group = rule?.linter.rules.style.noRestrictedImports.options.patterns[0]?.group;
    expect(group?.slice(0, 4), dir).toEqual(["**", "!./**", "!../**", "**/src/**"]);
  }
});

describe.each(members)("$dir", (member: Member) => {
  const { dir, manifest } = member;

  test("imports lower floors only", () => {
    const wrong = internalImports(member).filter((name) => floorOfPackage(name) >= Number(floorOf[dir]));
    expect(wrong).toEqual([]);
  });

  test("declares only what its import rule allows", () => {
    const allowed = [...allowedImports(dir), ...(declaredNotImported[dir] ?? [])];
    const isAllowed = (name: string) =>
      allowed.includes(name) || (allowed.includes("@runfleet/*") && name.startsWith("@runfleet/"));
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    // Types of an allowed package come with it.
    expect(declared.filter((name) => !isAllowed(name.replace(/^@types\//, "")))).toEqual([]);
  });

  test("imports a foreign package only if it is that package's home", () => {
    const strangers = allowedImports(dir).filter((name) => homes[name] !== undefined && homes[name] !== dir);
    expect(strangers).toEqual([]);
  });

  test("compiles floors 0 and 1 without Node's types, so that clocks and I/O are not there", () => {
    const config = JSON.parse(textOf(`${dir}/tsconfig.json`)) as { extends: string };
    const isPure = Number(floorOf[dir]) <= 1;
    expect(config.extends).toBe(isPure ? "../../tsconfig.pure.json" : "../../tsconfig.base.json");
  });

  test("references in tsconfig.json exactly the packages it depends on", () => {
    const config = JSON.parse(textOf(`${dir}/tsconfig.json`)) as { references: { path: string }[] };
    const referenced = config.references.map(({ path }) => posix.join(dir, path));
    const depended = internalImports(member).map((name) => memberNamed(name).dir);
    expect(referenced.sort()).toEqual(depended.sort());
  });
});

test("the pure compiler settings offer neither Node's types nor the browser's", () => {
  const { compilerOptions } = JSON.parse(textOf("tsconfig.pure.json")) as {
    compilerOptions: { lib: string[]; types: string[] };
  };
  expect(compilerOptions).toMatchObject({ lib: ["ES2023"], types: [] });
});

test("floors 0 and 1 look at no clock and throw no dice: time is a parameter, randomness belongs to callers", () => {
  const pure = members
    .filter(({ dir }) => Number(floorOf[dir]) <= 1)
    .flatMap(({ dir }) => filesBelow(`${dir}/src/`));
  const sources = pure.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\b/;
  expect(sources.length).toBeGreaterThan(10);
  const codeOf = (file: string) => textOf(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  expect(sources.filter((file) => impure.test(codeOf(file)))).toEqual([]);
});

test("the engine waits for nothing", () => {
  const sources = filesBelow("packages/engine/src/").filter((file) => !file.endsWith(".test.ts"));
  expect(sources.filter((file) => /\basync\b|\bawait\b|\bPromise\b/.test(textOf(file)))).toEqual([]);
});

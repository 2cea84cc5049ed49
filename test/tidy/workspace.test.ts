// What every workspace member has, and that versions are chosen in one place only.
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { filesBelow, textOf } from "./source-files.js";
import { allManifests, members } from "./workspace.js";

interface WorkspaceFile {
  readonly catalog: Readonly<Record<string, string>>;
  /** Of a package that is needed in a second version. */
  readonly catalogs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const { catalog, catalogs } = parse(textOf("pnpm-workspace.yaml")) as WorkspaceFile;
const lockFile = textOf("pnpm-lock.yaml");

describe.each(members)("$dir", ({ dir, manifest }) => {
  test("is an ES module with a description, the project's licence and the oldest supported Node", () => {
    expect(manifest).toMatchObject({ type: "module", license: "Apache-2.0", engines: { node: ">=20.19" } });
    expect(manifest.description).toMatch(/^[A-Z].*\.$/);
  });

  test("has a README with its reason, what it must never do, and an example", () => {
    expect(filesBelow(`${dir}/`)).toContain(`${dir}/README.md`);
    const readme = textOf(`${dir}/README.md`);
    expect(readme.startsWith(`# ${manifest.name}\n`)).toBe(true);
    expect(readme).toMatch(/^## It must never$/m);
    expect(readme).toMatch(/^## Example\n\n```\w+\n/m);
  });
});

describe.each(allManifests)("$dir", ({ manifest }) => {
  test("takes every version from the catalog or the workspace", () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    const isChosen = (version: string) => version.startsWith("catalog:") || version === "workspace:*";
    expect(versions.filter(([, version]) => !isChosen(version))).toEqual([]);
  });
});

test("the catalog names exact versions, but for Node's types, which follow the oldest supported Node", () => {
  const chosen = [catalog, ...Object.values(catalogs)].flatMap((one) => Object.entries(one));
  const loose = chosen.filter(([, version]) => !/^\d+\.\d+\.\d+(-[a-z0-9.]+)?$/.test(version));
  expect(loose.map(([name]) => name)).toEqual(["@types/node"]);
});

test("every version of the catalog is used by somebody", () => {
  const used = new Set(
    allManifests.flatMap(({ manifest }) =>
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }),
    ),
  );
  expect(Object.keys(catalog).filter((name) => !used.has(name))).toEqual([]);
});

test("bootstrap, pnpm itself and the catalog agree on the version of pnpm", () => {
  const [root] = allManifests;
  expect(root?.manifest.packageManager).toMatch(
    new RegExp(`^pnpm@${String(catalog["pnpm"]).replaceAll(".", "\\.")}\\+sha512\\.[0-9a-f]{128}$`),
  );
});

test("the lock file holds integrity hashes and no download addresses", () => {
  expect(lockFile).not.toMatch(/https?:\/\//);
  expect(lockFile).not.toMatch(/^\s+(resolution: .*)?tarball:/m);
});

test("packages, root, image and chart have one version, as `.ci/next-version` leaves them", () => {
  const chart = parse(textOf("infra/helm/runfleet/Chart.yaml")) as Readonly<Record<string, string>>;
  const [root] = allManifests;
  const versions = {
    ...Object.fromEntries(members.map(({ dir, manifest }) => [dir, manifest.version])),
    image: /^ARG VERSION=(.+)$/m.exec(textOf("infra/docker/Dockerfile"))?.[1],
    chart: chart["version"],
    "chart's image": chart["appVersion"],
  };
  expect(Object.entries(versions).filter(([, version]) => version !== root?.manifest.version)).toEqual([]);
});

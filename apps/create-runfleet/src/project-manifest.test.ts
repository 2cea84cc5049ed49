import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { projectManifest } from "./project-manifest.js";

const catalog = readFileSync(new URL("../../../pnpm-workspace.yaml", import.meta.url), "utf8");

test("Runfleet's packages have the version of this one, and those of others the versions that Runfleet is built with", () => {
  const { name, dependencies, devDependencies, overrides } = projectManifest({ name: "p", version: "1.2.3" });
  expect([name, overrides]).toEqual(["p", undefined]);
  const all = Object.entries({ ...dependencies, ...devDependencies });
  const ours = all.filter(([one]) => one.includes("runfleet"));
  expect(ours.map(([, version]) => version)).toEqual(["1.2.3", "1.2.3", "1.2.3", "1.2.3"]);
  for (const [one, range] of all.filter((entry) => !ours.includes(entry)))
    expect(catalog).toMatch(new RegExp(`^  "?${one}"?: \\^?${range.slice(1)}$`, "m"));
});

test("tarballs take the place of versions, and what they need of each other is among them", () => {
  const tarballs = new Map([
    ["@runfleet/client", "c.tgz"],
    ["@runfleet/model", "m.tgz"],
  ]);
  const { dependencies, overrides } = projectManifest({ name: "p", version: "1.2.3", tarballs });
  expect(dependencies["@runfleet/client"]).toBe("file:vendor/c.tgz");
  expect(overrides).toEqual({ "@runfleet/model": "file:vendor/m.tgz" });
});

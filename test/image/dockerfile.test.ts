// What can be said about the image without building it; `npm run image-check` executes its steps.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { validate } from "dockerfile-utils";
import { describe, expect, test } from "vitest";
import { sentFiles } from "./build-context.mjs";
import { readDockerfile } from "./read-dockerfile.mjs";

const root = join(import.meta.dirname, "../..");
const file = join(root, "infra/docker/Dockerfile");
const stages = readDockerfile(file);
const image = stages.at(-1);
const sent = sentFiles(root);

test("a linter finds nothing in the Dockerfile, and does find a tag that is missing", () => {
  expect(validate(readFileSync(file, "utf8"))).toEqual([]);
  expect(validate("FROM node:24.21.0-alpine\nEXPOSE many\n")).not.toEqual([]);
});

describe("the image", () => {
  test("comes from one base, pinned to a full version", () => {
    const bases = new Set(stages.slice(0, -1).map(({ base }) => base));
    expect([...bases]).toEqual([expect.stringMatching(/^docker\.io\/library\/node:\d+\.\d+\.\d+-alpine$/)]);
    expect(image?.settings["LABEL"]).toContain(`image.base.name="${[...bases][0]}"`);
    expect(image?.base).toBe("scratch");
  });

  test("runs as a user that is a number and nobody's root, with an init in front", () => {
    expect(image?.user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(JSON.parse(image?.settings["ENTRYPOINT"] ?? "")).toEqual(
      expect.arrayContaining(["/sbin/tini", "/app/bin/runfleet.js"]),
    );
  });

  test("says what it is, what is in it, and how its health is asked", () => {
    const labels = image?.settings["LABEL"];
    for (const name of ["title", "description", "licenses", "version", "revision"])
      expect(labels).toContain(`org.opencontainers.image.${name}=`);
    expect(labels).toContain('io.runfleet.sbom.path="/app/sbom.cdx.json"');
    expect(image?.settings["HEALTHCHECK"]).toContain("/livez");
    expect(JSON.parse(image?.settings["CMD"] ?? "")).toEqual(["worker", "--health-port", "8080"]);
    expect(image?.env["HEALTH_PORT"]).toBe("8080");
  });

  test("is built with the pnpm of the repository", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [pnpm] = manifest.packageManager.split("+");
    const commands = stages.flatMap(({ steps }) =>
      steps.map((step) => ("command" in step ? step.command : "")),
    );
    expect(commands).toContain(`npm install --global ${pnpm}`);
  });
});

describe("the builder is sent", () => {
  test("what the Dockerfile copies", () => {
    const copied = stages
      .flatMap(({ steps }) => steps)
      .flatMap((step) => (step.keyword === "COPY" && step.from === undefined ? step.paths : []));
    expect(copied).toContain("pnpm-lock.yaml");
    for (const path of copied) {
      expect(existsSync(join(root, path))).toBe(true);
      const isFolder = statSync(join(root, path)).isDirectory();
      expect(
        sent.some((name) => path === "." || name === path || (isFolder && name.startsWith(`${path}/`))),
      ).toBe(true);
    }
  });

  test("sources only: nothing that was built, no tests, no environment files", () => {
    expect(sent).toContain("apps/cli/bin/runfleet.js");
    expect(
      sent.filter((name) =>
        /(^|\/)(node_modules|dist|\.git|\.runfleet)\/|\.env|\.test\.ts$|\.log$/.test(name),
      ),
    ).toEqual([]);
    expect(sent.filter((name) => name.startsWith("test/") || name.startsWith("docs/"))).toEqual([
      "docs/site/package.json",
      "test/package.json",
    ]);
  });
});

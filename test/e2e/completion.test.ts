/** The scripts that shells read, run by these shells, against the built command and a fleet with one run at a gate. */
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type ClientFleet, gateOf, openClientFleet } from "../support/client-fleet.js";

const program = fileURLToPath(new URL("../../apps/cli/bin/runfleet.js", import.meta.url));

let folder = "";
let under: ClientFleet;
let id = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "runfleet-shells-"));
  const command = join(folder, "runfleet");
  await writeFile(command, `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  await chmod(command, 0o755);
  under = await openClientFleet(inject("redisUrl"));
  id = (await under.fleet.start("greet", { inputs: { whom: "you" } })).id;
  await under.workOn(id, { gate: gateOf(id) });
});
afterAll(async () => {
  await under.close();
  await rm(folder, { recursive: true });
});

/** Each line of what the shell prints. */
function shell(name: string, args: readonly string[], script: string): readonly string[] {
  const { stdout, stderr } = spawnSync(name, [...args, "-c", script], {
    encoding: "utf8",
    cwd: folder,
    env: {
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
      HOME: folder,
      REDIS_URL: inject("redisUrl"),
      RUNFLEET_NAMESPACE: under.namespace,
      // A test machine may be slower than a person's.
      RUNFLEET_COMPLETION_MS: "20000",
    },
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

function isMissing(name: string): boolean {
  return spawnSync(name, ["-c", "true"]).error !== undefined;
}

test("bash completes commands, ids of runs at a gate, and files beside workflows", () => {
  const ask = (...words: readonly string[]) =>
    `COMP_WORDS=(runfleet ${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length}; _runfleet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const script = [
    "source <(runfleet completion bash)",
    "complete -p runfleet",
    ...[ask("explai"), ask("approve", id.slice(0, 8)), ask("start", "")],
    // The fleet is the one of the line; bash takes an address apart.
    ask("--redis", ...inject("redisUrl").split(/(:)/), "--namespace", "nobody", "show", ""),
  ];
  expect(shell("bash", ["--norc"], script.join("\n"))).toEqual([
    "complete -F _runfleet runfleet",
    ...["explain", id, "greet", "runfleet"],
  ]);
});

test.skipIf(isMissing("fish"))(
  "fish (where it is installed) completes the same, with what each word is",
  () => {
    const script = [
      "runfleet completion fish | source",
      ...["explai", `approve ${id.slice(0, 8)}`, `approve ${id} `].map(
        (line) => `complete -C "runfleet ${line}"`,
      ),
    ];
    expect(shell("fish", ["--no-config"], script.join("\n"))).toEqual([
      "explain\tsay why a run is not moving, and what to do",
      `${id}\tgreet human_review: ship it?`,
      "human_review\tship it?",
    ]);
  },
);

test.skipIf(isMissing("zsh"))("zsh (where it is installed) gets the same from its script", () => {
  // What zsh would show, printed: its own completion works on a line being edited only.
  const script = `
    compdef() { print -- "$@" }
    _describe() { print -l -- "\${(@P)@[-1]}" }
    _files() { print -- files }
    source <(runfleet completion zsh)
    words=(runfleet approve ${id.slice(0, 8)}); CURRENT=3; _runfleet
    words=(runfleet start ''); CURRENT=3; _runfleet`;
  expect(shell("zsh", ["-f"], script)).toEqual([
    "_runfleet runfleet",
    `${id}:greet human_review: ship it?`,
    "greet:workflow",
    "files",
  ]);
});

/** Which commands are looked for as files, and where. T-PATH: ids of the reference's tests with the same behaviour. */
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findScript, scriptProblem } from "./script-paths.js";

let folder = "";
let root = "";
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "runfleet-scripts-")));
  root = join(folder, "project");
  await mkdir(join(root, "scripts"), { recursive: true });
  await writeFile(join(folder, "foo.sh"), "#!/bin/sh\n", { mode: 0o755 });
  await writeFile(join(root, "scripts", "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  await writeFile(join(root, "scripts", "plain.sh"), "#!/bin/sh\n");
  await chmod(join(root, "scripts", "plain.sh"), 0o644);
  await symlink(join(folder, "foo.sh"), join(root, "outside.sh"));
});
afterAll(() => rm(folder, { recursive: true }));

const messageOf = (run: string): string | undefined => scriptProblem(run, [root])?.message;

test("T-PATH-01 an absolute path is refused even if the file exists", () => {
  expect(findScript("/bin/sh", [root]).path).toBeUndefined();
  expect(findScript(join(root, "scripts", "run.sh"), [root]).path).toBeUndefined();
});

test("T-PATH-02 a path that leaves its folder is refused even if it comes back into a root", () => {
  expect(findScript("../foo.sh", [root]).path).toBeUndefined();
  expect(findScript("../project/scripts/run.sh", [root]).path).toBeUndefined();
  expect(findScript("outside.sh", [root]).path).toBeUndefined();
});

test("T-PATH-03 the refusal of an absolute path says so", () => {
  expect(messageOf("/usr/local/bin/backup --all")).toBe(
    "absolute paths are not allowed: /usr/local/bin/backup",
  );
});

test("gap B: the executable bit is needed, and the hint says how to set it", () => {
  expect(scriptProblem("scripts/plain.sh", [root])).toEqual({
    message: "scripts/plain.sh is not executable",
    hint: "make it executable: chmod +x scripts/plain.sh",
  });
  expect(messageOf("./scripts")).toBe("./scripts is no file");
});

test("a file is found in the first root that has it, with or without ./ in front and words behind", () => {
  expect(findScript("./scripts/run.sh", [folder, root]).path).toBe(join(root, "scripts", "run.sh"));
  expect(messageOf("./scripts/run.sh --fast && echo done")).toBeUndefined();
  expect(messageOf("scripts/run.sh;true")).toBeUndefined();
  expect(messageOf("scripts/gone.sh")).toBe("scripts/gone.sh does not exist");
});

test.each([
  "make all",
  "npm test",
  'cd "$DIR" && ./x.sh',
  "MODE=a/b ./x.sh",
  '"./my script.sh"',
  "$HOME/x.sh",
  "",
])("nothing is known about %j", (run) => {
  expect(scriptProblem(run, [root])).toBeUndefined();
});

import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createTerminal } from "./terminal.js";

function terminalFor(options: { isTTY?: true; env?: NodeJS.ProcessEnv; columns?: number; rows?: number }) {
  const { env = {}, ...shape } = options;
  const stream = (): NodeJS.WriteStream =>
    Object.assign(new PassThrough(), shape) as unknown as NodeJS.WriteStream;
  return createTerminal({ stdout: stream(), stderr: stream(), env });
}

describe("colour", () => {
  it("is for terminals only, also where the environment of a build machine would allow it", () => {
    const piped = terminalFor({ env: { CI: "true" } });
    expect([piped.out.red("x"), piped.err.red("x")]).toEqual(["x", "x"]);
    expect(terminalFor({ isTTY: true }).out.red("x")).not.toBe("x");
  });

  it("is off with NO_COLOR and on dumb terminals", () => {
    expect(terminalFor({ isTTY: true, env: { NO_COLOR: "1" } }).out.red("x")).toBe("x");
    expect(terminalFor({ isTTY: true, env: { TERM: "dumb" } }).out.red("x")).toBe("x");
  });
});

describe("size", () => {
  it("is the terminal's own, or a usual one where the terminal says nothing or zero", () => {
    const sizeOf = ({ columns, rows }: { columns: () => number; rows: () => number }) => [columns(), rows()];
    expect(sizeOf(terminalFor({ isTTY: true, columns: 132, rows: 50 }))).toEqual([132, 50]);
    expect(sizeOf(terminalFor({ isTTY: true, columns: 0, rows: 0 }))).toEqual([80, 24]);
    expect(sizeOf(terminalFor({}))).toEqual([80, 24]);
  });
});

describe("text that comes from a run", () => {
  it("reaches neither output with its control characters", () => {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const streams = { stdout, stderr } as unknown as Pick<NodeJS.Process, "stdout" | "stderr">;
    const terminal = createTerminal({ ...streams, env: {} });
    terminal.print("label \u001b]0;own\u0007");
    terminal.note("error \u001b[2J");
    expect(String(stdout.read())).toBe("label \u241b]0;own\u2407\n");
    expect(String(stderr.read())).toBe("error \u241b[2J\n");
  });
});

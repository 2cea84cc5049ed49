import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createTerminal } from "./terminal.js";

function terminalFor(options: { isTTY?: true; env?: NodeJS.ProcessEnv }) {
  const stream = (): NodeJS.WriteStream =>
    Object.assign(
      new PassThrough(),
      options.isTTY === undefined ? {} : { isTTY: true },
    ) as unknown as NodeJS.WriteStream;
  return createTerminal({ stdout: stream(), stderr: stream(), env: options.env ?? {} });
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

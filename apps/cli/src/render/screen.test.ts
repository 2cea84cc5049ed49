import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { fakeTerminal } from "../../../../test/support/fake-terminal.js";
import { createScreen } from "./screen.js";

/** What a terminal shows after these codes, as far as a screen uses them. */
function shown(codes: string): readonly string[] {
  const lines = [""];
  let row = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
  for (const part of codes.split(/(\u001b\[[?\d;]*[A-Za-z]|\n|\r)/)) {
    if (part === "\n") row += 1;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    else if (/^\u001b\[\d*A$/.test(part)) row = Math.max(0, row - Number(part.slice(2, -1) || 1));
    else if (part === "\u001b[2K") lines[row] = "";
    else if (part === "\u001b[2J") {
      lines.length = 0;
      row = 0;
    } else if (!part.startsWith("\u001b") && part !== "\r" && part !== "") lines[row] = part;
    lines[row] ??= "";
  }
  return lines.filter((line) => line !== "");
}

test("a shorter picture leaves nothing of the one before, and no line is wider than the terminal", async () => {
  const { cli, drawn } = fakeTerminal({ columns: 12 });
  const screen = createScreen(cli.terminal);
  screen.draw(["head", "one", "two", "three", "foot"]);
  screen.draw(["head", "only", "foot"]);
  await turn();
  expect(shown(drawn())).toEqual(["head", "only", "foot"]);
  screen.draw(["a line that is much too long", "日本語日本語日本語"]);
  await turn();
  expect(shown(drawn())).toEqual(["a line tha…", "日本語日本…"]);
  screen.release();
});

test("after a change of size the picture begins on an empty screen, and a released screen leaves the terminal alone", async () => {
  const { cli, stream, drawn } = fakeTerminal();
  const screen = createScreen(cli.terminal);
  screen.draw(["one", "two"]);
  stream.emit("resize");
  screen.draw(["one", "two"]);
  await turn();
  expect(shown(drawn())).toEqual(["one", "two"]);
  expect(drawn()).toContain("\u001b[2J");
  screen.release();
  const before = drawn();
  stream.emit("resize");
  await turn();
  expect(drawn()).toBe(before);
});

test("control characters of a run reach no screen", async () => {
  const { cli, drawn } = fakeTerminal();
  createScreen(cli.terminal).draw(["\u001b]0;own\u0007"]);
  await turn();
  expect(drawn()).toContain("␛]0;own␇");
  expect(drawn()).not.toContain("\u0007");
});

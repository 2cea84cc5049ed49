import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { shownText } from "./shown-text.js";

const coloured = pc.createColors(true);
const plain = pc.createColors(false);

describe("text of a run in a terminal", () => {
  it("cannot move the cursor, rename the window, hide a line or ring", () => {
    expect(shownText("a\u001b[2Jb\u001b]0;own\u0007c\u001b[8md\re\u009b1Af\u007f", coloured)).toBe(
      "a\u241b[2Jb\u241b]0;own\u2407c\u241b[8md\u240de\ufffd1Af\u2421",
    );
  });

  it("keeps lines, tabs and every other character", () => {
    expect(shownText("one\r\ntwo\n\tthree \u2713 \u{1f600}", plain)).toBe(
      "one\ntwo\n\tthree \u2713 \u{1f600}",
    );
  });

  it("keeps the program's own colours, where there are any", () => {
    const red = coloured.bold(coloured.red("x"));
    expect(shownText(red, coloured)).toBe(red);
    expect(shownText("\u001b[31mx", plain)).toBe("\u241b[31mx");
  });
});

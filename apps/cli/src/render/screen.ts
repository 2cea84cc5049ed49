/**
 * Lines at the end of the terminal that are drawn again and again in their place. Cuts each to the width, so that none is
 * higher than counted; knows nothing about what it draws, and leaves it to its caller to draw no more lines than there is room for.
 */
import ansiEscapes from "ansi-escapes";
import cliTruncate from "cli-truncate";
import { createLogUpdate } from "log-update";
import type { Terminal } from "../terminal.js";
import { shownText } from "./shown-text.js";

export interface Screen {
  /** Replaces what was drawn before. */
  draw(lines: readonly string[]): void;
  /** Takes what was drawn away; what is printed next takes its place. */
  clear(): void;
  /** Leaves what was drawn last and gives the terminal back; a later picture begins below. */
  release(): void;
}

export function createScreen({ stream, out, columns }: Terminal): Screen {
  const update = createLogUpdate(stream);
  // How a terminal wraps what was there, when its size changes, nobody can know: the next picture begins on an empty screen.
  const onResize = (): void => {
    update.clear();
    stream.write(ansiEscapes.clearViewport);
  };
  let height = 0;
  return {
    draw(lines) {
      if (!stream.listeners("resize").includes(onResize)) stream.on("resize", onResize);
      // log-update redraws only the lines that differ, and leaves the last ones where they were when there are fewer.
      if (lines.length !== height) update.clear();
      height = lines.length;
      update(lines.map((line) => cliTruncate(shownText(line, out), columns() - 1)).join("\n"));
    },
    clear: () => update.clear(),
    release() {
      stream.off("resize", onResize);
      update.done();
    },
  };
}

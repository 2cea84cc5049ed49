/**
 * Bull Board's one page, made of the template it comes with. What that loads from other places (a font) and has inline
 * (the look of "Loading") is left out, so that the page needs nothing but this server.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ViewHandlerReturnType } from "@bull-board/api/typings/app";

/** `folder` holds the template. */
export function createBoardPage(folder: string): (view: ViewHandlerReturnType) => string {
  const template = readFileSync(join(folder, "index.ejs"), "utf8")
    .replace(/<link href="https:[^>]*>/g, "")
    .replace(/<div id="root">.*?<script defer/s, '<div id="root"></div><script defer');
  return ({ params }) =>
    template.replace(/<%([=-]) (\w+) %>/g, (_all, kind: string, name: string) => {
      const value = params[name] ?? "";
      return kind === "=" ? escaped(value) : value;
    });
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

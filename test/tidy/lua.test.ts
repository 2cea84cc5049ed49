// Each Lua script states its contract at the top. That names are declared and used is checked where the typed wrappers
// are generated from these headers (packages/store/scripts/generate.mjs); here: that there is a contract at all, and that
// no script goes around it.
import { describe, expect, test } from "vitest";
import { filesEnding, textOf } from "./source-files.js";

const scripts = filesEnding(".lua");

function split(file: string): { header: string; body: string } {
  const lines = textOf(file).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("--"));
  const headerLength = end < 0 ? lines.length : end;
  return { header: lines.slice(0, headerLength).join("\n"), body: lines.slice(headerLength).join("\n") };
}

test("there are Lua scripts to check", () => {
  expect(scripts.length).toBeGreaterThan(10);
});

describe.each(scripts)("%s", (file) => {
  const { header, body } = split(file);

  test("begins with a sentence that says what it does", () => {
    expect(header).toMatch(/^-- [A-Z][^\n]+[.,:a-z]/);
  });

  test("touches Redis only through declared names and never decodes our JSON", () => {
    expect(body).not.toMatch(/\b(KEYS|ARGV)\b/);
    expect(body).not.toMatch(/\bcjson\b/);
  });
});

test.each(scripts.filter((file) => !file.includes("/include/")))(
  "%s says what it touches and replies",
  (file) => {
    expect(split(file).header).toMatch(/^-- (KEYS|REPLIES)$|^-- include: /m);
  },
);

import { expect, test } from "vitest";
import { findTarballs, tarballsAmong } from "./local-packages.js";

test("the name of a file says which package of which version it holds; others are left alone", () => {
  const files = [
    ...["runfleet-1.0.0.tgz", "runfleet-two-words-1.0.0.tgz", "runfleet-client-1.0.0.tgz"],
    ...["runfleet-client-0.9.0.tgz", "create-runfleet-1.0.0.tgz", "notes.txt", "other-1.0.0.tgz"],
  ];
  expect([...tarballsAmong(files, "1.0.0")]).toEqual([
    ["runfleet", "runfleet-1.0.0.tgz"],
    ["@runfleet/client", "runfleet-client-1.0.0.tgz"],
    ["@runfleet/two-words", "runfleet-two-words-1.0.0.tgz"],
  ]);
});

test("a folder that is not there, or lacks a package, is refused", () => {
  const wanted = { version: "1.0.0", needed: ["runfleet"] };
  expect(() => findTarballs("/not/there", wanted)).toThrow("/not/there cannot be read (ENOENT).");
  expect(() => findTarballs(".", wanted)).toThrow("has no tarball of version 1.0.0 of runfleet.");
});

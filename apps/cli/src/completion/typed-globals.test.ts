import { expect, test } from "vitest";
import { typedGlobals, wholeWords } from "./typed-globals.js";

const redis = "redis://127.0.0.1:6379";

test.each([
  [["list", "--redis", redis, "--status", ""], { redis }],
  [["--namespace=a", "list", `--redis=${redis}`, ""], { namespace: "a", redis }],
  [["list", "--redis", "=", redis, ""], { redis }],
  [["list", "--namespace", "a", "--namespace", "b", ""], { namespace: "b" }],
  // Still being typed.
  [["list", "--redis", "redis://127"], {}],
  [["list", "--redis="], {}],
  [["list", "--redis", ""], {}],
  [["list", "--workflow", "x", ""], {}],
])("%j names %j", (words, named) => {
  expect(typedGlobals(words)).toEqual(named);
});

test.each([
  [
    ["--redis", "redis", ":", "//127.0.0.1", ":", "6379", "sh"],
    ["--redis", redis, "sh"],
  ],
  [
    ["--redis", redis, ""],
    ["--redis", redis, ""],
  ],
  [
    ["show", "a", "::", "b"],
    ["show", "a::b"],
  ],
  [
    ["show", "a", ":"],
    ["show", "a:"],
  ],
])("%j are the words %j", (words, whole) => {
  expect(wholeWords(words)).toEqual(whole);
});

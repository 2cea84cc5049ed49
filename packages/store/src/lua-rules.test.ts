import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { limits, runTransitions } from "@runfleet/model";
import { describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("../lua/", import.meta.url));
const files = [folder, `${folder}include/`].flatMap((path) =>
  readdirSync(path).flatMap((name): [string, string][] =>
    name.endsWith(".lua") ? [[name, readFileSync(`${path}${name}`, "utf8")]] : [],
  ),
);

test("the generated scripts are those of the Lua files", () => {
  const generator = fileURLToPath(new URL("../scripts/generate.mjs", import.meta.url));
  execFileSync(process.execPath, [generator, "--check"]);
});

test("the scripts let those statuses follow each other that the model lets", () => {
  const statuses = readFileSync(new URL("../lua/include/statuses.lua", import.meta.url), "utf8");
  const [, table = ""] = /local followers = \{([^}]*)\}/.exec(statuses) ?? [];
  const followers = [...table.matchAll(/(\w+) = '([^']*)'/g)].map(([, from = "", to = ""]) => [
    from,
    to.split(" ").filter((status) => status !== ""),
  ]);
  expect(Object.fromEntries(followers)).toEqual(runTransitions);
});

test("the scripts keep to the limits of the model", () => {
  const named = files.flatMap(([, text]) => [...text.matchAll(/^ *local (\w+_max) = '?(\d+)'?$/gm)]);
  const told = named.flatMap(([, name = "", value]): [string, number][] => {
    const limit = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    return limit in limits ? [[limit, Number(value)]] : [];
  });
  expect(told.map(([limit]) => limit).sort()).toEqual([
    ...["fleetEventsMax", "historyEntriesMax", "inboxPageMax", "runLogBytesMax", "runLogLinesMax"],
    ...["stepLogBytesMax", "stepLogLinesMax"],
  ]);
  expect(limits).toMatchObject(Object.fromEntries(told));
});

describe.each(files)("%s", (name, text) => {
  const code = text.replace(/^\s*--.*$/gm, "");

  test("begins with its contract and is named verb_noun", () => {
    expect(text).toMatch(/^-- \S/);
    expect(name).toMatch(/^[a-z]+(_[a-z]+)*\.lua$/);
  });

  test("takes every key from KEYS and every value from ARGV by name", () => {
    expect(code).not.toMatch(/\b(KEYS|ARGV)\b/);
    for (const [, key = ""] of code.matchAll(/redis\.p?call\(\s*'\w+',\s*([^,)\s]+)/g)) {
      expect(key).toMatch(
        /^(K\.\w+(\[.*)?|A\.channel|run_key|leaf|kept_roots|target\.inbox|(kept|counted)\[index\]|key|copy|'USAGE'|status_rows\[\w+\]|unpack\((keys|children)|children\[index\])$/,
      );
    }
  });

  test("neither decodes our JSON nor reads without a bound", () => {
    expect(code).not.toMatch(/cjson|cmsgpack|'KEYS'|'SMEMBERS'|'SCAN'/);
    for (const [, range = ""] of code.matchAll(/'(?:ZRANGEBY|ZRANGE|LRANGE)\w*',([^\n]*)/g)) {
      expect(range).not.toMatch(/'0',\s*'-1'/);
    }
    // A run's log is cut by what its pieces hold, not by their number.
    for (const [call = ""] of code.matchAll(/'XADD',(?! K\.log,)[^\n]*/g)) expect(call).toContain("'MAXLEN'");
    for (const [call = ""] of code.matchAll(/'ZRANGEBY\w+',[^\n]*/g)) expect(call).toContain("'LIMIT'");
  });

  test("replies with words and never with a number made by Lua", () => {
    expect(code).not.toMatch(/return -?\d/);
    expect(code).not.toMatch(/tostring\(/);
    expect(code).not.toMatch(/^\s*(while|repeat)\b/m);
  });
});

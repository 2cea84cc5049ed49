import { readFileSync } from "node:fs";
import { logComponents } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { readEnvironment } from "./environment.js";
import { levelOf, parseLogLevels, readLogLevels } from "./log-levels.js";

describe("levels of the log", () => {
  test("are said for all components and for some", () => {
    const { levels, problems } = parseLogLevels(" warn , lease=debug,queue = silent");
    expect(problems).toEqual([]);
    expect(levelOf(levels, "lease")).toBe("debug");
    expect(levelOf(levels, "queue")).toBe("silent");
    expect(levelOf(levels, "run")).toBe("warn");
  });

  test("a wrong entry is named with what could stand there", () => {
    const read = () => readEnvironment({ RUNFLEET_LOG: "loud,leas=debug,queue=warn,queue=info,info,debug" });
    expect(read).toThrowError(/RUNFLEET_LOG: "loud" is no level; take one of silent, fatal, error/);
    expect(read).toThrowError(/"leas" is no component; there are process, run, step, lease/);
    expect(read).toThrowError(/queue is named twice.*info and debug are both said of all other components/);
  });

  test("the environment goes before the configuration, and info before nothing", () => {
    const environment = readEnvironment({ RUNFLEET_LOG: "error" }).logLevels;
    expect(readLogLevels({ environment, config: "debug" })).toEqual({ others: "error", components: {} });
    expect(readLogLevels({ environment: undefined, config: "store=debug" })).toEqual({
      ...{ others: "info", components: { store: "debug" } },
    });
    expect(readLogLevels({ environment: undefined }).others).toBe("info");
    expect(() => readLogLevels({ environment: undefined, config: "loud" })).toThrowError(
      /`log` of the configuration: "loud" is no level/,
    );
  });

  test("the guide has every component, with the words of the table", () => {
    const guide = readFileSync(new URL("../../../docs/guides/logs.md", import.meta.url), "utf8");
    const rows = Object.entries(logComponents).map(([name, says]) => `| \`${name}\` | ${says} |`);
    expect(guide).toContain(rows.join("\n"));
  });
});

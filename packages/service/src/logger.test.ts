import { describe, expect, test } from "vitest";
import { readLogLevels } from "./log-levels.js";
import { createLog, type LogOptions } from "./logger.js";

async function logUnderTest(levels: string, form: LogOptions["form"] = "json") {
  const lines: string[] = [];
  const log = await createLog({
    ...{ name: "worker", form, levels: readLogLevels({ environment: undefined, config: levels }) },
    destination: { write: (line) => void lines.push(line) },
  });
  return { log, lines };
}

describe("the log of a process", () => {
  test("is JSON lines with time, component and fields, without secrets, at the component's level", async () => {
    const { log, lines } = await logUnderTest("info,queue=warn,lease=debug");
    const request = { headers: { authorization: "Bearer abc" } };
    log("run").info({ runId: "r1", request, token: "abc" }, "taken");
    log("run").debug("not shown");
    log("queue").info("not shown either");
    log("lease").debug("renewed");
    expect(lines).toHaveLength(2);
    const [taken, renewed] = lines.map((line): unknown => JSON.parse(line));
    expect(taken).toMatchObject({
      ...{ name: "worker", component: "run", runId: "r1", msg: "taken", token: "[redacted]" },
    });
    expect((taken as { time: string }).time).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(renewed).toMatchObject({ component: "lease", msg: "renewed" });
    expect(lines.join("")).not.toContain("abc");
  });

  test("says the same to people in a terminal", async () => {
    const { log, lines } = await logUnderTest("info", "plain");
    log("step").warn({ runId: "r1", apiKey: "abc" }, "probe cannot tell");
    const text = lines.join("");
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: step: probe cannot tell\n/);
    expect(text).toContain('runId: "r1"');
    expect(text).not.toContain("abc");
    expect(text).not.toContain("\u001b");
  });
});

import { expect, test } from "vitest";
import { createLogger } from "./logger.js";

test("a log line is JSON with a readable time and without secrets", () => {
  const lines: string[] = [];
  const log = createLogger({
    name: "worker",
    level: "info",
    destination: { write: (line) => lines.push(line) },
  });
  log.info({ runId: "r1", request: { headers: { authorization: "Bearer abc" } }, token: "abc" }, "started");
  log.debug("not shown");
  expect(lines).toHaveLength(1);
  const line: unknown = JSON.parse(lines[0] ?? "");
  expect(line).toMatchObject({ name: "worker", runId: "r1", msg: "started", token: "[redacted]" });
  expect(JSON.stringify(line)).not.toContain("abc");
  expect((line as { time: string }).time).toMatch(/^\d{4}-\d\d-\d\dT/);
});

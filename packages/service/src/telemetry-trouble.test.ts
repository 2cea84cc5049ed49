import { expect, test } from "vitest";
import { createTroubleLog } from "./telemetry-trouble.js";

test("the same complaint is said once a minute, another one at once", () => {
  const lines: string[] = [];
  let now = 0;
  const trouble = createTroubleLog(
    (line) => lines.push(line),
    () => now,
  );
  const failed = JSON.stringify({ stack: "Error: refused\n at …", name: "Error", message: "refused" });
  trouble.error(failed);
  now += 59_000;
  trouble.error(failed);
  trouble.warn("dropped", 3, "spans");
  now += 2_000;
  trouble.error(failed);
  trouble.info();
  expect(lines).toEqual([
    "telemetry: Error: refused",
    "telemetry: dropped 3 spans",
    "telemetry: Error: refused",
  ]);
});

test("a flood of different complaints is not remembered for ever", () => {
  const lines: string[] = [];
  const trouble = createTroubleLog(
    (line) => lines.push(line),
    () => 0,
  );
  for (let number = 0; number <= 100; number += 1) trouble.warn(`complaint ${number}`);
  trouble.warn("complaint 100");
  trouble.warn("complaint 0");
  expect(lines).toHaveLength(102);
});

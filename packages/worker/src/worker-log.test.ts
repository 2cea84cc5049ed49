import { expect, test } from "vitest";
import type { ActionLog } from "./action.js";
import { componentLogs, noDebug, troubleIn, withFields } from "./worker-log.js";

function logUnderTest() {
  const lines: unknown[] = [];
  const keep =
    (level: string) =>
    (message: string, fields?: object): void =>
      void lines.push({ level, message, ...fields });
  const log: ActionLog = {
    ...{ debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") },
  };
  return { log, lines };
}

test("every line has the fields of the log, and its own before them", () => {
  const { log, lines } = logUnderTest();
  const step = withFields(withFields(log, { runId: "r1", attempt: 1 }), { address: "b.0" });
  step.debug("began");
  step.error("broke", { attempt: 2 });
  expect(lines).toEqual([
    { level: "debug", message: "began", runId: "r1", attempt: 1, address: "b.0" },
    { level: "error", message: "broke", runId: "r1", attempt: 2, address: "b.0" },
  ]);
});

test("one log for all components says which one it is, and needs no debug", () => {
  const { log, lines } = logUnderTest();
  const { info, warn, error } = log;
  const parts = componentLogs({ info, warn, error }, { worker: "w1" });
  parts("lease").debug("not kept");
  expect(withFields(parts("step"), { address: "b.0" }).debug).toBe(noDebug);
  troubleIn(parts("queue"))(new Error("away"));
  expect(lines).toEqual([
    { level: "warn", message: "trouble", error: "Error: away", worker: "w1", component: "queue" },
  ]);
});

test("a log for each component is asked for by name", () => {
  const { log, lines } = logUnderTest();
  const asked: string[] = [];
  const parts = componentLogs(
    (name) => {
      asked.push(name);
      return log;
    },
    { worker: "w1" },
  );
  parts("sink").info("fed");
  expect(asked).toEqual(["sink"]);
  expect(lines).toEqual([{ level: "info", message: "fed", worker: "w1" }]);
});

import { RunfleetError } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { asking, isNoLongerHeld, scriptAnswer } from "./bull-errors.js";

function withCode(message: string, code: unknown): Error {
  return Object.assign(new Error(message), { code });
}

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: "ReplyError" });
}

describe("asking", () => {
  test("passes results on", async () => {
    expect(await asking(Promise.resolve(7))).toBe(7);
  });

  test.each([
    new Error("Connection is closed."),
    withCode("connect ECONNREFUSED 127.0.0.1:1", "ECONNREFUSED"),
    new Error("Command timed out"),
    reply("LOADING Redis is loading the dataset in memory"),
    reply("OOM command not allowed when used memory > 'maxmemory'."),
    reply("MISCONF Redis is configured to save RDB snapshots"),
    reply("READONLY You can't write against a read only replica."),
  ])("calls %o an unavailable Redis", async (error) => {
    await expect(asking(Promise.reject(error))).rejects.toMatchObject({
      code: "redis_unavailable",
      cause: error,
    });
  });

  test.each([
    reply("WRONGTYPE Operation against a key"),
    reply("ERR value is not an integer"),
    new TypeError("x"),
  ])("calls %o a defect", async (error) => {
    await expect(asking(Promise.reject(error))).rejects.toMatchObject({ code: "internal", cause: error });
  });

  test.each([withCode("Missing key for parent job", -5), new RunfleetError("invalid_usage", "closed")])(
    "leaves %o alone",
    async (error) => {
      await expect(asking(Promise.reject(error))).rejects.toBe(error);
    },
  );
});

test("only negative numbers are answers of scripts", () => {
  expect(scriptAnswer(withCode("x", -4))).toBe(-4);
  expect(scriptAnswer(withCode("x", "ECONNREFUSED"))).toBeUndefined();
  expect(scriptAnswer(new Error("x"))).toBeUndefined();
  expect(scriptAnswer("x")).toBeUndefined();
});

test("a job is no longer held when its lock or its place is gone, not when its children are pending", () => {
  expect([-1, -2, -3, -6].map((code) => isNoLongerHeld(withCode("x", code)))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([-4, -5, -7].map((code) => isNoLongerHeld(withCode("x", code)))).toEqual([false, false, false]);
});

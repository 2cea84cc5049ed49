import { limits, RunfleetError } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { NonRetryableError, RetryableError } from "./action.js";
import { failedOutcome, failureOf } from "./outcomes.js";

describe("outcome of a thrown value", () => {
  it("is retryable for an ordinary error and keeps its chain of causes", () => {
    const error = new Error("outer", { cause: new Error("inner") });
    expect(failedOutcome(error)).toEqual({
      type: "failed",
      error: { code: "step_failed", message: "outer; caused by: inner" },
      retryable: true,
    });
  });

  it("is final for NonRetryableError and for errors whose code is final", () => {
    expect(failedOutcome(new NonRetryableError("no"))).toMatchObject({ retryable: false });
    expect(failedOutcome(new RunfleetError("invalid_input", "no"))).toMatchObject({
      retryable: false,
      error: { code: "invalid_input" },
    });
  });

  it("carries the wait of a RetryableError", () => {
    expect(failedOutcome(new RetryableError("busy", { retryAfterMs: 1_500 }))).toMatchObject({
      retryable: true,
      retryAfterMs: 1_500,
    });
  });

  it("bounds the wait of a RetryableError to a day and ignores one that is no time", () => {
    const wait = (retryAfterMs: number) => failedOutcome(new RetryableError("busy", { retryAfterMs }));
    expect(wait(Number.POSITIVE_INFINITY)).toMatchObject({ retryAfterMs: 86_400_000 });
    expect(wait(Number.NaN)).not.toHaveProperty("retryAfterMs");
    expect(wait(-1)).not.toHaveProperty("retryAfterMs");
  });

  it("keeps a code of the action's own and takes values that are no errors", () => {
    expect(failureOf(Object.assign(new Error("x"), { code: "ECONNRESET" }))).toEqual({
      code: "ECONNRESET",
      message: "x",
    });
    expect(failureOf("just text")).toEqual({ code: "step_failed", message: "just text" });
  });

  it.each([undefined, ""])("never fails without a word: %j", (thrown) => {
    expect(failureOf(thrown)).toEqual({
      code: "step_failed",
      message: "something without a text was thrown",
    });
  });

  it("copes with a thrown value that has no text", () => {
    expect(failureOf(Object.create(null))).toEqual({
      code: "step_failed",
      message: "something without a text was thrown",
    });
  });

  it("cuts huge texts at their limit without breaking a character", () => {
    const { message } = failureOf(new Error("ä".repeat(limits.errorTextBytesMax)));
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(limits.errorTextBytesMax);
    expect(message).not.toContain("\uFFFD");
  });
});

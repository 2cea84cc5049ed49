import { describe, expect, it } from "vitest";
import type { InputDeclaration } from "./definition.js";
import { resolveInputs } from "./inputs.js";

const text = (name: string, more: Partial<InputDeclaration> = {}): InputDeclaration => ({
  name,
  type: "string",
  required: false,
  ...more,
});

describe("inputs of a run", () => {
  it("T-INP-01 a boolean without value is false", () => {
    expect(resolveInputs([text("flag", { type: "boolean" })], {})).toEqual({
      ok: true,
      inputs: { flag: "false" },
    });
  });

  it("T-INP-02 a boolean's default wins over false", () => {
    const declared = [text("flag", { type: "boolean", default: "true" })];
    expect(resolveInputs(declared, {})).toEqual({ ok: true, inputs: { flag: "true" } });
  });

  it("T-INP-03 a given value is never overwritten", () => {
    const declared = [text("flag", { type: "boolean" }), text("base", { default: "main" })];
    expect(resolveInputs(declared, { flag: "true", base: "" })).toEqual({
      ok: true,
      inputs: { flag: "true", base: "" },
    });
  });

  it("T-INP-04 names every required input that is missing, also those with a default", () => {
    const declared = [text("a", { required: true }), text("b", { required: true, default: "x" }), text("c")];
    expect(resolveInputs(declared, {})).toEqual({ ok: false, missing: ["a", "b"] });
  });

  it("lets undeclared inputs through and leaves absent optional ones absent", () => {
    expect(resolveInputs([text("c")], { extra: "1" })).toEqual({ ok: true, inputs: { extra: "1" } });
  });
});

/** What is sealed opens again with any of the keys that were ever first, in its own place only, and says nothing closed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSecretBox } from "./secret-box.js";
import { sealInputs } from "./secret-inputs.js";

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString("base64")}`;
const place = "run R1" as const;
const box = (...keys: string[]) => createSecretBox({ namespace: "rf", keys: keys.join(", ") });

describe("a secret box", () => {
  test("opens what it sealed, whatever it is, and two seals of the same differ", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: "binary" })), (values) => {
        for (const own of [box(), box(key("a", 1))]) {
          expect(own.open(place, own.seal(place, values))).toEqual({ ...values });
        }
      }),
    );
    const { token: once } = box(key("a", 1)).seal(place, { token: "of the sea" });
    const { token: twice } = box(key("a", 1)).seal(place, { token: "of the sea" });
    expect(once).not.toBe(twice);
    expect(once).toMatch(/^gcm:a:[A-Za-z0-9_-]+$/);
    expect(Buffer.from(once?.slice(6) ?? "", "base64url").toString("latin1")).not.toContain("sea");
  });

  test("seals with the first key and opens with all of them, also what was sealed without one", () => {
    const old = box(key("a", 1));
    const rotated = box(key("b", 2), key("a", 1));
    expect(rotated.open(place, old.seal(place, { x: "1" }))).toEqual({ x: "1" });
    expect(rotated.open(place, box().seal(place, { x: "1" }))).toEqual({ x: "1" });
    expect(rotated.seal(place, { x: "1" })).toEqual({ x: expect.stringMatching(/^gcm:b:/) });
  });

  test.each([
    ["a key that is not there", box(key("b", 2)), place, /"a", which this process does not have/],
    ["another key of the same name", box(key("a", 3)), place, /is not the one it is sealed with/],
    ["another run", box(key("a", 1)), "run R2" as const, /or it was changed/],
    ["another fleet", createSecretBox({ namespace: "x", keys: key("a", 1) }), place, /or it was changed/],
  ])("does not open with %s, and says what to do", (_what, other, where, why) => {
    const sealed = box(key("a", 1)).seal(place, { token: "of the sea" });
    const open = (): unknown => other.open(where, sealed);
    expect(open).toThrow(why);
    expect(open).toThrow(/RUNFLEET_SECRET_KEYS/);
    expect(open).toThrow(expect.objectContaining({ code: "secret_unreadable" }));
  });

  test("does not open for another input, nor when a bit was changed, nor when it is too short", () => {
    const own = box(key("a", 1));
    const { token = "" } = own.seal(place, { token: "of the sea" });
    const last = token.at(-3) === "A" ? "B" : "A";
    for (const text of [`${token.slice(0, -3)}${last}${token.slice(-2)}`, "gcm:a:", "gcm:a:AAAA", "gcm:a"]) {
      expect(() => own.open(place, { token: text })).toThrow(
        expect.objectContaining({ code: "secret_unreadable" }),
      );
    }
    expect(() => own.open(place, { other: token })).toThrow(/or it was changed/);
  });

  test.each([
    ["a", 1],
    ["a:c2hvcnQ=", 1],
    [`${key("a", 1)},b:${"A".repeat(20)}`, 2],
    [`${key("a", 1)},${key("a", 2)}`, 2],
    [`a b:${"A".repeat(43)}=`, 1],
  ])("refuses what is no key without repeating it: %s", (keys, position) => {
    const create = (): unknown => createSecretBox({ namespace: "rf", keys });
    expect(create).toThrow(new RegExp(`^key ${position} of RUNFLEET_SECRET_KEYS is no key`));
    expect(create).not.toThrow(/c2hvcnQ|AAAA/);
  });
});

describe("inputs with secrets", () => {
  const definition = {
    ...{ name: "w", description: "", trigger: "manual" as const, targets: [], body: [], always: [] },
    inputs: [
      { name: "token", type: "string" as const, required: true, secret: true as const },
      { name: "pr", type: "string" as const, required: false },
      { name: "unused", type: "string" as const, required: false, secret: true as const },
    ],
  };

  test("are stored masked, with the values beside them; what was not given is not there", () => {
    const stored = sealInputs(box(), place, {
      ...{ definition, inputs: { token: "of the sea", pr: "7", more: "m" }, alsoSecret: ["more", "absent"] },
    });
    expect(stored).toEqual({
      inputs: { token: "***", pr: "7", more: "***" },
      sealed: { token: "plain:of the sea", more: "plain:m" },
      secretInputs: ["token", "more"],
    });
    expect(sealInputs(box(), place, { definition, inputs: { pr: "7" } })).toEqual({ inputs: { pr: "7" } });
  });

  test("are refused when a mask is given for a value, and when they are too large", () => {
    const seal = (token: string) => () => sealInputs(box(), place, { definition, inputs: { token } });
    expect(seal("***")).toThrow(/input "token" of workflow "w" is secret, and \*\*\* is what people see/);
    expect(seal("x".repeat(300_000))).toThrow(expect.objectContaining({ code: "too_large" }));
  });
});

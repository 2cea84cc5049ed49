/** Tokens as they are configured. */
import { describe, expect, test } from "vitest";
import { mayAct, parseTokens, sessionKey, tokenOf } from "./tokens.js";

describe("tokens", () => {
  test("are read from name:role:secret, and a secret may hold colons", () => {
    const tokens = parseTokens("ci:operator:0123456789abcdef, ann:admin:a:b:c:d:e:f:g:h:i ,");
    expect(tokens).toEqual([
      { name: "ci", role: "operator", secret: "0123456789abcdef" },
      { name: "ann", role: "admin", secret: "a:b:c:d:e:f:g:h:i" },
    ]);
    expect(tokenOf(tokens, "a:b:c:d:e:f:g:h:i")?.name).toBe("ann");
    expect(tokenOf(tokens, "0123456789abcde")).toBeUndefined();
    expect(parseTokens("")).toEqual([]);
  });

  test.each([
    ["0123456789abcdef", "number 1 is not of the form name:role:secret"],
    ["ci:root:0123456789abcdef", "the role of ci must be one of viewer, operator, admin"],
    ["ci:viewer:short", "the secret of ci must have at least 16 characters"],
    ["ci:viewer:0123456789abcdef,ci:viewer:fedcba9876543210", "two of them are named ci"],
  ])("are refused without repeating a secret: %s", (text, why) => {
    expect(() => parseTokens(text)).toThrowError(why);
    expect(() => parseTokens(text)).not.toThrowError(/0123456789abcdef|short/);
  });

  test("let a role do what the ones below it may", () => {
    expect(mayAct("operator", "viewer")).toBe(true);
    expect(mayAct("operator", "admin")).toBe(false);
  });

  test("give sessions a key that changes with them", () => {
    const [a, b] = [parseTokens("ci:viewer:0123456789abcdef"), parseTokens("ci:admin:0123456789abcdef")];
    expect(sessionKey(a)).toBe(sessionKey([...a]));
    expect(sessionKey(a)).not.toBe(sessionKey(b));
  });
});

/** Secrets are found in every form they are usually written in, whole, in pieces of a stream and at the end of an excerpt. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { silentLog } from "../../../test/support/silent-log.js";
import { createRedactor } from "./redactor.js";

const secret = 'pa"ss/wörd+1';
const redactor = createRedactor({ token: secret, short: "abcde", empty: "" });

describe("a redactor", () => {
  test.each([
    ["as it is", `x ${secret} y ${secret}`, "x *** y ***"],
    ["in JSON", JSON.stringify({ a: secret }), '{"a":"***"}'],
    ["in JSON in JSON", JSON.stringify({ a: JSON.stringify([secret]) }), '{"a":"[\\"***\\"]"}'],
    ["in an address", `?t=${encodeURIComponent(secret)}&u`, "?t=***&u"],
    ["in base64", `${Buffer.from(secret).toString("base64")}.`, "***."],
    ["at the end of an excerpt", `said ${secret.slice(0, 8)} …`, "said *** …"],
    ["at the beginning of one", `${secret.slice(-8)} was said`, "*** was said"],
    ["not when it is too short to tell from words", 'abcde pa"ss', 'abcde pa"ss'],
  ])("masks a secret %s", (_where, text, masked) => {
    expect(redactor.text(text)).toBe(masked);
  });

  test("masks it in base64 behind other bytes, such as a user's name", () => {
    for (const user of ["", "a:", "ab:", "abc:"]) {
      const header = `Basic ${Buffer.from(`${user}${secret}`).toString("base64")}`;
      const masked = redactor.text(header);
      expect(masked).toMatch(/^Basic .{0,7}\*\*\*.{0,4}$/);
    }
  });

  test("masks the lines of a secret that has several", () => {
    const { text } = createRedactor({ key: "-----BEGIN KEY-----\r\nMIIEow/abc\nend\n" });
    expect(text("read: MIIEow/abc")).toBe("read: ***");
    expect(text("end")).toBe("end");
  });

  test("masks the token of a header alone, too", () => {
    const { text } = createRedactor({
      auth: "Bearer 7f3k7f3k7f3k7f3k",
      prose: "all is a misunderstanding of us",
    });
    expect(text("Bearer of 7f3k7f3k7f3k7f3k")).toBe("Bearer of ***");
    expect(text("no misunderstanding here")).toBe("no misunderstanding here");
  });

  test("masks numbers, and JSON stays JSON", () => {
    const digits = createRedactor({ pin: "4711471147" });
    expect(digits.json('{"pin":4711471147,"n":47,"t":"x4711471147"}')).toBe(
      '{"pin":"***","n":47,"t":"x***"}',
    );
    expect(createRedactor().json("[1]")).toBe("[1]");
  });

  test("masks every text of a value, names too, errors as text, and never loops", () => {
    const loop: Record<string, unknown> = { secret };
    loop["self"] = loop;
    const at = new Date(0);
    const value = redactor.value({
      [secret]: [secret, 1, null, { deep: secret }],
      error: new Error(secret),
      at,
    });
    expect(value).toMatchObject({ "***": ["***", 1, null, { deep: "***" }], at: at.toJSON() });
    expect(String(value.error)).toMatch(/^Error: \*\*\*/);
    expect(JSON.stringify(redactor.value(loop))).not.toContain("wörd");
  });

  test("without secrets leaves everything as it is", () => {
    const none = createRedactor();
    const value = { a: "b" };
    expect(none.value(value)).toBe(value);
    expect(none.log(silentLog)).toBe(silentLog);
    expect(none.text("***")).toBe("***");
    expect(none.stream().push(Buffer.from("x")).toString()).toBe("x");
  });

  test("masks it in a stream wherever the chunks are cut, and keeps everything else byte by byte", () => {
    const text = fc.array(fc.constantFrom(secret, "ö", "pa", secret.slice(0, 5), "x\n", "\u{1F4A5}"), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 20 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(""));
        const stream = redactor.stream();
        const told: Buffer[] = [];
        let from = 0;
        for (const cut of cuts) {
          told.push(stream.push(bytes.subarray(from, from + cut)));
          from += cut;
        }
        told.push(stream.push(bytes.subarray(from)), stream.end());
        expect(Buffer.concat(told).toString()).toBe(pieces.join("").replaceAll(secret, "***"));
      }),
    );
  });
});

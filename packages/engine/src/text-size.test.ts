/** UTF-8 sizes without an encoder. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { truncateText, utf8Bytes } from "./text-size.js";

const anyText = fc.string({ unit: "grapheme" });

test("sizes are those of the encoded text", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
    }),
  );
});

test("a cut text fits, ends with an ellipsis and begins like the text", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 3, max: 40 }), (text, bytesMax) => {
      const cut = truncateText(text, bytesMax);
      expect(utf8Bytes(cut)).toBeLessThanOrEqual(bytesMax);
      if (utf8Bytes(text) <= bytesMax) expect(cut).toBe(text);
      else expect(text.startsWith(cut.slice(0, -1)) && cut.endsWith("…")).toBe(true);
    }),
  );
});

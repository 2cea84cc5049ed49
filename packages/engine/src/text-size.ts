/** Sizes of texts in UTF-8 bytes, without an encoder (the engine has no platform). */

/** Bytes of the text in UTF-8. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    bytes += extraBytes(text.charCodeAt(index));
  }
  return bytes;
}

/** The longest beginning of at most `bytesMax` bytes, ending with `…` when something was cut off. */
export function truncateText(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax || utf8Bytes(text) <= bytesMax) return text;
  const ellipsis = "…";
  let bytes = utf8Bytes(ellipsis);
  let end = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > bytesMax) break;
    end += character.length;
  }
  return text.slice(0, end) + ellipsis;
}

/** What a UTF-16 unit adds to the one byte it has been counted as; a surrogate pair is four bytes, two a unit. */
function extraBytes(unit: number): number {
  if (unit < 0x80) return 0;
  if (unit < 0x800) return 1;
  return unit >= 0xd800 && unit <= 0xdfff ? 1 : 2;
}

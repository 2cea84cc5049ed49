/** The size of a text in UTF-8, counted without encoding it. */
export function textBytes(text: string): number {
  let sizeBytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    // Half of a surrogate pair is two of the pair's four bytes.
    const isTwoBytes = code < 0x800 || (code >= 0xd800 && code <= 0xdfff);
    if (code < 0x80) sizeBytes += 1;
    else sizeBytes += isTwoBytes ? 2 : 3;
  }
  return sizeBytes;
}

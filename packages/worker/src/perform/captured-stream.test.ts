import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { folderWith } from "../../../../test/support/worker/attempts.js";
import { createRedactor } from "../redactor.js";
import { captureStream } from "./captured-stream.js";

async function capture(logFile: string, chunks: readonly string[]): Promise<string> {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const printed = { push: () => undefined, end: () => undefined };
  const captured = captureStream(stream, { bytesMax: 20, logFile, redactor: createRedactor(), printed });
  await new Promise((resolve) => stream.once("close", resolve));
  await captured.close();
  return captured.text();
}

describe("a captured stream", () => {
  it("keeps head and tail, and all of it in a file", async () => {
    const logFile = join(folderWith(), "new", "out.log");
    const text = await capture(logFile, ["0123456789", "x".repeat(50), "abcdefghij"]);
    expect(text).toBe(`0123456789\n… 50 bytes left out, all of it is in ${logFile} …\nabcdefghij`);
    expect(await readFile(logFile, "utf8")).toBe(`0123456789${"x".repeat(50)}abcdefghij`);
  });

  it("keeps them also where no file can be written", async () => {
    const folder = folderWith();
    writeFileSync(join(folder, "file"), "in the way");
    const text = await capture(join(folder, "file", "out.log"), ["0123456789", "x".repeat(50), "abcdefghij"]);
    expect(text).toMatch(/^0123456789\n… 50 bytes left out, .*\nabcdefghij$/);
  });
});

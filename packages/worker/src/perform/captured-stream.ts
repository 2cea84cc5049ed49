/**
 * Collects one output stream of a script in bounded memory: the first and the last half of the limit are kept, and
 * from the moment something is left out everything goes to a log file as well. Secrets are masked before anything is kept.
 * Decoding is lenient.
 */
import type { WriteStream } from "node:fs";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import type { Redactor } from "../redactor.js";
import type { LineSink } from "./printed-lines.js";

export interface CapturedStream {
  /** Head and tail with a line between them that says how much is missing and where it is. */
  text(): string;
  close(): Promise<void>;
}

export function captureStream(
  stream: Readable,
  options: {
    bytesMax: number;
    logFile: string;
    redactor: Pick<Redactor, "stream">;
    /** Gets everything as well, masked. */
    printed: LineSink;
  },
): CapturedStream {
  const halfMax = Math.floor(options.bytesMax / 2);
  const head: Buffer[] = [];
  const tail: Buffer[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let droppedBytes = 0;
  let logFile: WriteStream | undefined;

  const keep = (chunk: Buffer): void => {
    options.printed.push(chunk);
    logFile?.write(chunk);
    const room = halfMax - headBytes;
    if (room > 0) {
      head.push(chunk.subarray(0, room));
      headBytes += Math.min(room, chunk.length);
    }
    if (chunk.length <= room) return;
    const rest = chunk.subarray(Math.max(room, 0));
    if (logFile === undefined && tailBytes + rest.length > halfMax) {
      logFile = openLog(options.logFile, [...head, ...tail, rest]);
    }
    tail.push(rest);
    tailBytes += rest.length;
    while (tailBytes > halfMax) {
      const oldest = tail[0] ?? Buffer.alloc(0);
      const excess = Math.min(tailBytes - halfMax, oldest.length);
      if (excess === oldest.length) tail.shift();
      else tail[0] = oldest.subarray(excess);
      tailBytes -= excess;
      droppedBytes += excess;
    }
  };

  const redacting = options.redactor.stream();
  stream.on("data", (chunk: Buffer) => keep(redacting.push(chunk)));

  return {
    text() {
      const start = Buffer.concat(head);
      const end = Buffer.concat(tail);
      if (droppedBytes === 0) return Buffer.concat([start, end]).toString("utf8");
      const note = `\n… ${droppedBytes} bytes left out, all of it is in ${options.logFile} …\n`;
      return start.toString("utf8") + note + end.toString("utf8");
    },
    async close() {
      keep(redacting.end());
      options.printed.end();
      const file = logFile;
      if (file === undefined || file.destroyed) return;
      await new Promise<void>((resolve) => {
        file.once("close", resolve);
        file.end();
      });
    },
  };
}

/**
 * A log file that begins with these parts. A full disk or a folder that cannot be made must not hurt the step: its kept
 * output is unaffected. Nobody could catch an error here, it would end the worker.
 */
function openLog(path: string, parts: readonly Buffer[]): WriteStream {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch {
    // Opening the file fails as well then, and tells its listener.
  }
  const file = createWriteStream(path);
  file.on("error", () => undefined);
  for (const part of parts) file.write(part);
  return file;
}

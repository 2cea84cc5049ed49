/**
 * One file of an archive, open for appending. What a writer left unfinished when it died, or when the disk was full,
 * stays a line of its own, so that the lines after it can be read.
 */
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";

export interface ArchiveFile {
  readonly day: string;
  readonly number: number;
  readonly sizeBytes: number;
  /** Resolves when the text is written; with `page`, when it is on the disk. After a failure the file is to be closed. */
  append(text: string, sync: "page" | "never"): Promise<void>;
  close(): Promise<void>;
}

interface Place {
  readonly folder: string;
  readonly day: string;
  readonly writer: string;
  readonly number: number;
}

export async function openArchiveFile({ folder, day, writer, number }: Place): Promise<ArchiveFile> {
  const path = join(folder, `${writer}.${String(number).padStart(6, "0")}.jsonl`);
  const handle = await open(path, "a+");
  let sizeBytes = (await handle.stat()).size;
  if (sizeBytes === 0) await syncFolder(folder);
  const isTorn = sizeBytes > 0 && !(await endsLine(handle, sizeBytes));
  let before = isTorn ? "\n" : "";
  return {
    day,
    number,
    get sizeBytes() {
      return sizeBytes;
    },
    async append(text, sync) {
      const bytes = Buffer.from(before + text);
      await handle.appendFile(bytes);
      if (sync === "page") await handle.datasync();
      before = "";
      sizeBytes += bytes.length;
    },
    close: () => handle.close(),
  };
}

/** The greatest number of this writer's files in a folder; 0 when it has none. */
export async function newestNumber(folder: string, writer: string): Promise<number> {
  const names = await readdir(folder);
  const numbers = names.flatMap((name) => {
    const number = /^(.*)\.(\d+)\.jsonl$/.exec(name);
    return number?.[1] === writer ? [Number(number[2])] : [];
  });
  return Math.max(0, ...numbers);
}

async function endsLine(handle: FileHandle, sizeBytes: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, sizeBytes - 1);
  return buffer[0] === 0x0a;
}

/** A new file whose name is lost in a power cut is lost with its name. Not every system can; those need it least. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

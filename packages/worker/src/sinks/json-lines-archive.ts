/**
 * A sink that keeps the history of all runs as files: one JSON line per event, by day. At least once, like every sink;
 * `runId` and `id` of an event tell a line that came twice. Reading is left to whoever reads.
 */
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { FleetEvent } from "@runfleet/model";
import { RunfleetError } from "@runfleet/model";
import type { EventSink } from "../config.js";
import { type ArchiveFile, newestNumber, openArchiveFile } from "./archive-file.js";

export interface JsonLinesArchiveOptions {
  /** Relative to the current directory; made when it is not there. */
  readonly directory: string;
  /** The sink's name, by which its place in the feed is kept; default `archive`. */
  readonly name?: string;
  /** After this a file is closed and the next one begun; default 64 MiB, which tools still open. */
  readonly fileBytesMax?: number;
  /**
   * `page` (default): a page of events counts as taken when it is on the disk, so a power cut loses nothing. `never`: when
   * the operating system has it; faster, and enough where only processes die.
   */
  readonly sync?: "page" | "never";
  /** Names who writes, so that no two processes write one file; default host and process id. */
  readonly writer?: string;
}

/**
 * Files are `<directory>/<YYYY-MM-DD>/<writer>.<number>.jsonl`, the day that of the event (UTC). Throws `invalid_config` for
 * values that cannot be used; a directory that cannot be written makes deliveries fail, and the events come again.
 */
export function jsonLinesArchive(options: JsonLinesArchiveOptions): EventSink {
  const { name = "archive", fileBytesMax = 64 * 1024 * 1024, sync = "page" } = options;
  if (!Number.isSafeInteger(fileBytesMax) || fileBytesMax < 1)
    throw bad(`fileBytesMax must be a whole number above 0, not ${fileBytesMax}`);
  if (options.directory === "") throw bad("directory must not be empty");
  const directory = resolve(options.directory);
  const writer = fileSafe(options.writer ?? `${hostname()}-${process.pid}`);
  let current: ArchiveFile | undefined;

  const closeCurrent = async (): Promise<void> => {
    const closing = current;
    current = undefined;
    await closing?.close();
  };

  const fileOf = async (day: string): Promise<ArchiveFile> => {
    if (current?.day === day && current.sizeBytes < fileBytesMax) return current;
    const full = current?.day === day ? current.number : 0;
    await closeCurrent();
    const folder = join(directory, day);
    await mkdir(folder, { recursive: true });
    const number = full > 0 ? full + 1 : Math.max(1, await newestNumber(folder, writer));
    current = await openArchiveFile({ folder, day, writer, number });
    return current.sizeBytes < fileBytesMax ? current : await fileOf(day);
  };

  const write = async (day: string, events: readonly FleetEvent[]): Promise<void> => {
    const file = await fileOf(day);
    await file.append(events.map((event) => `${JSON.stringify(event)}\n`).join(""), sync);
  };

  // A delivery that took too long may still be writing when the next one comes.
  let writing: Promise<void> = Promise.resolve();
  return {
    name,
    async deliver(events, { signal }) {
      const before = writing;
      const deliver = async (): Promise<void> => {
        await before.catch(() => undefined);
        for (const [day, some] of byDay(events)) {
          signal.throwIfAborted();
          await write(day, some);
        }
      };
      writing = deliver().catch(async (error: unknown) => {
        await closeCurrent().catch(() => undefined);
        throw error;
      });
      await writing;
    },
  };
}

/** Neighbours of one day together, in their order. */
function byDay(events: readonly FleetEvent[]): [string, FleetEvent[]][] {
  const days: [string, FleetEvent[]][] = [];
  for (const event of events) {
    const day = new Date(event.at).toISOString().slice(0, 10);
    const last = days.at(-1);
    if (last?.[0] === day) last[1].push(event);
    else days.push([day, [event]]);
  }
  return days;
}

function fileSafe(writer: string): string {
  return writer.replace(/[^A-Za-z0-9_-]/g, "_");
}

function bad(message: string): RunfleetError {
  return new RunfleetError("invalid_config", `jsonLinesArchive: ${message}`);
}

/** What lies in the files of an archive, also after a writer has died in the middle of a line. */
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FleetEvent } from "@runfleet/model";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jsonLinesArchive } from "./json-lines-archive.js";

const noon = Date.UTC(2026, 0, 31, 12);
const dayMs = 86_400_000;
const context = { signal: new AbortController().signal };

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "runfleet-archive-")), "deep", "archive");
});
afterEach(async () => {
  await rm(join(directory, "..", ".."), { recursive: true, force: true });
});

function event(count: number, at = noon): FleetEvent {
  return { type: "loop.iterated", address: "b.0", iteration: count, id: `${at}-${count}`, at, runId: "r" };
}

/** File → its lines. */
async function files(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const day of (await readdir(directory)).sort()) {
    for (const name of (await readdir(join(directory, day))).sort()) {
      const text = await readFile(join(directory, day, name), "utf8");
      found[`${day}/${name}`] = text.split("\n");
    }
  }
  return found;
}

const line = (one: FleetEvent): string => JSON.stringify(one);

describe("an archive of JSON lines", () => {
  it("has a line for each event, in files of their days", async () => {
    const archive = jsonLinesArchive({ directory, writer: "w" });
    const events = [event(1), event(2), event(3, noon + dayMs)];
    await archive.deliver(events.slice(0, 1), context);
    await archive.deliver(events.slice(1), context);
    expect(await files()).toEqual({
      "2026-01-31/w.000001.jsonl": [...events.slice(0, 2).map(line), ""],
      "2026-02-01/w.000001.jsonl": [...events.slice(2).map(line), ""],
    });
  });

  it("begins another file when one is full, also after a restart", async () => {
    const options = { directory, writer: "w", fileBytesMax: 150, sync: "never" } as const;
    for (const count of [1, 2, 3]) await jsonLinesArchive(options).deliver([event(count)], context);
    const archive = jsonLinesArchive(options);
    for (const count of [4, 5]) await archive.deliver([event(count)], context);
    const found = Object.values(await files()).map((lines) => lines.length - 1);
    expect(found).toEqual([2, 2, 1]);
  });

  it("names its files after host and process unless told otherwise, and two writers never share one", async () => {
    await jsonLinesArchive({ directory }).deliver([event(1)], context);
    await jsonLinesArchive({ directory, writer: "../b.1" }).deliver([event(1)], context);
    const names = Object.keys(await files());
    expect(names).toHaveLength(2);
    expect(names).toContain("2026-01-31/___b_1.000001.jsonl");
    expect(names.some((name) => name.includes(`-${process.pid}.`))).toBe(true);
  });

  it("goes on after what a writer that died left unfinished", async () => {
    const archive = () => jsonLinesArchive({ directory, writer: "w" });
    await archive().deliver([event(1)], context);
    await appendFile(join(directory, "2026-01-31", "w.000001.jsonl"), '{"type":"loop.it');
    await archive().deliver([event(2)], context);
    expect(await files()).toEqual({
      "2026-01-31/w.000001.jsonl": [line(event(1)), '{"type":"loop.it', line(event(2)), ""],
    });
  });

  it("refuses a page while it cannot write, and takes it afterwards", async () => {
    await mkdir(join(directory, ".."), { recursive: true });
    await writeFile(directory, "in the way");
    const archive = jsonLinesArchive({ directory, writer: "w" });
    await expect(archive.deliver([event(1)], context)).rejects.toThrow("mkdir");
    await rm(directory);
    await archive.deliver([event(1)], context);
    expect(Object.values(await files())).toEqual([[line(event(1)), ""]]);
  });

  it("writes nothing more when its time is over", async () => {
    const archive = jsonLinesArchive({ directory, writer: "w" });
    const signal = AbortSignal.abort(new Error("too late"));
    await expect(archive.deliver([event(1)], { signal })).rejects.toThrow("too late");
    await mkdir(directory, { recursive: true });
    expect(await files()).toEqual({});
  });

  it.each([
    [{ directory: "" }, "directory must not be empty"],
    [{ directory: "a", fileBytesMax: 0 }, "fileBytesMax must be a whole number above 0, not 0"],
  ])("refuses %j", (options, message) => {
    expect(() => jsonLinesArchive(options)).toThrow(message);
  });
});

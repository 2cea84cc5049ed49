/** The log of a run: in order, bounded per step and per run, gone with the run. Both stores, the same answers. */
import { type LogLine, type LogPiece, limits, type RunStore, type SaidLine } from "@runfleet/model";
import { describe, expect, inject, test } from "vitest";
import { sampleCommit, sampleFinish } from "./samples.js";
import { describeTwins, readKeys, useRedisTwin } from "./twins.js";

const line = (text: string, more: Partial<SaidLine> = {}): SaidLine => ({
  ...{ at: 1_000, kind: "stdout", text },
  ...more,
});
const piece = (lines: readonly SaidLine[], more: Partial<LogPiece> = {}): LogPiece => ({
  ...{ address: "b.0", name: "build", attempt: 1, leftOut: 0, lines },
  ...more,
});
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

/** Every line, page by page. */
async function readAll(
  store: RunStore,
  request: { readonly runId: string; readonly step?: string },
  limit = 500,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let after: string | undefined;
  do {
    const page = await store.readLog({ ...request, limit, ...(after === undefined ? {} : { after }) });
    lines.push(...page.rows);
    after = page.cursor;
  } while (after !== undefined);
  return lines;
}

describeTwins("the log of a run", (twin) => {
  test("lines come back as they were said, with whose they are", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const { fence } = first;
    const said = [
      line("a", { at: 5_000 }),
      line("", { at: 5_000, kind: "stderr" }),
      line("9 d e\u0000\tf|é", { at: 5_020, kind: "warn" }),
      line("earlier", { at: 4_000, kind: "error" }),
    ];
    await store.commit(sampleCommit(fence, { log: [piece(said)] }));
    const lost = piece([line("b")], { address: "b.1@2", name: "my step", attempt: 3, leftOut: 1 });
    await store.writeLog({ fence, pieces: [lost] });
    const second = await takeOver(first);
    await store.writeLog({ fence: second.fence, pieces: [piece([line("again")])] });
    const lines = await readAll(store, fence);
    const whose = { address: "b.0", name: "build", attempt: 1, generation: fence.generation };
    const other = { address: "b.1@2", name: "my step", attempt: 3, generation: fence.generation };
    expect(lines.map(({ id: _, ...rest }) => rest)).toEqual([
      { ...whose, at: 5_000, kind: "stdout", text: "a" },
      { ...whose, at: 5_000, kind: "stderr", text: "" },
      { ...whose, at: 5_020, kind: "warn", text: "9 d e\u0000\tf|é" },
      { ...whose, at: 5_020, kind: "error", text: "earlier" },
      { ...other, at: 1_000, kind: "left_out", text: "1 line was left out here", leftOut: 1 },
      { ...other, at: 1_000, kind: "stdout", text: "b" },
      { ...whose, generation: second.fence.generation, at: 1_000, kind: "stdout", text: "again" },
    ]);
  });

  test("a step is read by its address or its name, and a reader goes on where it was", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    const loop = (iteration: number) =>
      piece([line(`try ${iteration}`)], { address: `b.1.0@${iteration}`, name: "check" });
    await store.writeLog({ fence, pieces: [piece([line("a"), line("b")]), loop(1), loop(2)] });
    expect(texts(await readAll(store, { runId, step: "b.0" }))).toEqual(["a", "b"]);
    expect(texts(await readAll(store, { runId, step: "check" }, 1))).toEqual(["try 1", "try 2"]);
    const page = await store.readLog({ runId, limit: 3 });
    expect(texts(page.rows)).toEqual(["a", "b", "try 1"]);
    const rest = await store.readLog({ runId, limit: 3, after: page.cursor ?? "" });
    expect(rest.cursor).toBeUndefined();
    expect(texts(rest.rows)).toEqual(["try 2"]);
    const after = rest.rows[0]?.id ?? "";
    expect(await store.readLog({ runId, limit: 3, after })).toEqual({ rows: [] });
    await store.writeLog({ fence, pieces: [loop(3)] });
    expect(texts((await store.readLog({ runId, limit: 3, after })).rows)).toEqual(["try 3"]);
    expect(await store.readLog({ runId: "x", limit: 3 })).toEqual({ rows: [] });
  });

  test("what a former owner says is refused, and so is what comes after the end", async () => {
    const { store, create, activate, takeOver } = twin();
    const first = await activate(await create());
    const second = await takeOver(first);
    const pieces = [piece([line("ghost")])];
    expect(await store.writeLog({ fence: first.fence, pieces })).toEqual({ tag: "fenced" });
    await store.finish(sampleFinish(second.fence, { log: [piece([line("last words")])] }));
    expect(await store.writeLog({ fence: second.fence, pieces })).toEqual({ tag: "fenced" });
    expect(texts(await readAll(store, first.fence))).toEqual(["last words"]);
  });

  test("a commit that is repeated says it once", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const commit = sampleCommit(fence, { log: [piece([line("once")])] });
    await store.commit(commit);
    expect((await store.commit(commit)).tag).toBe("duplicate");
    expect(texts(await readAll(store, fence))).toEqual(["once"]);
  });

  test("a step that says too much loses its oldest lines, and says how many; others keep theirs", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    await store.writeLog({ fence, pieces: [piece([line("quiet")], { address: "b.1", name: "quiet" })] });
    const lines = Array.from({ length: 500 }, (_, index) => line(`line ${index}`));
    const written = limits.stepLogLinesMax + 1_500;
    for (let count = 0; count < written; count += 500)
      await store.writeLog({ fence, pieces: [piece(lines)] });
    const [marker, ...kept] = await readAll(store, { runId, step: "build" });
    expect(kept.length).toBeLessThanOrEqual(limits.stepLogLinesMax);
    expect(kept.length).toBeGreaterThanOrEqual(limits.stepLogLinesMax / 2);
    expect(marker).toMatchObject({ kind: "left_out", leftOut: written - kept.length });
    expect(kept.at(-1)?.text).toBe("line 499");
    expect(texts(await readAll(store, { runId, step: "b.1" }))).toEqual(["quiet"]);
  });

  test("a run whose steps say too much loses its oldest lines", async () => {
    const { store, create, activate } = twin();
    const { fence } = await activate(await create());
    const text = "x".repeat(1_000);
    const lines = Array.from({ length: 16 }, () => line(text));
    const pieces = Array.from({ length: 100 }, (_, step) => piece(lines, { address: `b.${step}` }));
    for (let start = 0; start < pieces.length; start += 10) {
      await store.writeLog({ fence, pieces: pieces.slice(start, start + 10) });
    }
    const [marker, ...kept] = await readAll(store, fence);
    expect(marker).toMatchObject({ kind: "left_out", leftOut: 1_600 - kept.length });
    const bytes = kept.length * text.length;
    expect(bytes).toBeLessThanOrEqual(limits.runLogBytesMax);
    expect(bytes).toBeGreaterThan(0.9 * limits.runLogBytesMax);
    expect(await readAll(store, { runId: fence.runId, step: "b.0" })).toEqual([]);
    expect(kept.at(-1)?.address).toBe("b.99");
  });
});

describe("the log of a run on Redis", () => {
  const twin = useRedisTwin();

  test("costs nothing while nothing is said, little for a line, and leaves with the run", async () => {
    const { store, create, activate, redis, tag } = twin();
    const { fence } = await activate(await create());
    const logKeys = async () => (await readKeys(redis, tag)).filter((key) => key.includes(":log"));
    await store.commit(sampleCommit(fence));
    expect(await logKeys()).toEqual([]);
    await store.commit(sampleCommit(fence, { log: [piece([line("hello")])] }));
    const keys = await logKeys();
    expect(keys.map((key) => key.replace(/^.*:log/, "log"))).toEqual(["log", "log:sums"]);
    if (inject("redisKind") !== "js") {
      const sizes = await Promise.all(keys.map((key) => redis.memory("USAGE", key)));
      expect(sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)).toBeLessThan(1_000);
    }
    await store.finish(sampleFinish(fence, { retentionMs: 50_000 }));
    for (const key of await logKeys()) expect(await redis.pttl(key)).toBeGreaterThan(40_000);
  });

  test("is removed with a run that its workflow keeps no longer", async () => {
    const { store, create, activate, redis, tag } = twin();
    const { fence } = await activate(await create());
    await store.finish(sampleFinish(fence, { log: [piece([line("bye")])], retentionMs: 500_000 }));
    await store.fileEnded({ limit: 10 });
    const request = { workflow: "review", countMax: 0, bytesMax: 0, sinks: [], sinkWaitMs: 0, limit: 10 };
    expect((await store.trimKept(request)).removed).toBe(1);
    expect((await readKeys(redis, tag)).filter((key) => key.includes(":log"))).toEqual([]);
  });

  test("stays when a failed run goes on", async () => {
    const { store, create, activate, redis, tag } = twin();
    const { fence } = await activate(await create());
    const { runId } = fence;
    await store.finish(sampleFinish(fence, { status: "failed", log: [piece([line("oh")])] }));
    await store.retryRun({ runId, by: "me" });
    for (const key of [`${tag}:run:${runId}:log`, `${tag}:run:${runId}:log:sums`]) {
      expect(await redis.pttl(key)).toBe(-1);
    }
  });
});

import { type LogPiece, limits, RunfleetError } from "@runfleet/model";
import { beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "./clock.js";
import { createRunLog, type RunLog } from "./run-log.js";

const build = { address: "b.0", name: "build", attempt: 1 };
const check = { address: "b.1", name: "check", attempt: 2 };
const fence = { runId: "r1", generation: 7, nonce: "n" };

let timers: (() => void)[];
let written: (readonly LogPiece[])[];
let answer: () => Promise<{ readonly tag: "written" | "fenced" }>;
let errors: unknown[];
let log: RunLog;

const clock: Clock = {
  now: () => 1_000.4,
  monotonic: () => 0,
  after(_delayMs, then) {
    timers.push(then);
    return () => {
      timers = timers.filter((timer) => timer !== then);
    };
  },
  every: () => () => undefined,
};

beforeEach(() => {
  timers = [];
  written = [];
  errors = [];
  answer = async () => ({ tag: "written" });
  log = createRunLog({
    store: {
      writeLog: ({ pieces }) => {
        written.push(pieces);
        return answer();
      },
    },
    ...{ fence, clock, onError: (error) => errors.push(error), mask: (text) => text.replace("hush", "***") },
  });
});

/** The time is up; resolves when what follows has happened. */
async function timeIsUp(): Promise<void> {
  for (const timer of timers.splice(0)) timer();
  await new Promise(setImmediate);
}

const texts = (pieces: readonly LogPiece[]) =>
  pieces.map(({ name, leftOut, lines }) => [name, leftOut, ...lines.map(({ text }) => text)]);

describe("what steps say", () => {
  it("is written together when nothing takes it, once", async () => {
    log.say(build, "stdout", "a");
    log.say(build, "stderr", "b\nc");
    log.say(check, "info", "d");
    log.say(build, "stdout", "e");
    await timeIsUp();
    expect(written.map(texts)).toEqual([
      [
        ["build", 0, "a", "b", "c"],
        ["check", 0, "d"],
        ["build", 0, "e"],
      ],
    ]);
    expect(written[0]?.[0]).toMatchObject({ ...build, lines: [{ at: 1_000, kind: "stdout" }, {}, {}] });
    await timeIsUp();
    expect(written).toHaveLength(1);
  });

  it("goes with a commit that takes it", async () => {
    log.say(build, "stdout", "a");
    expect(texts(log.take())).toEqual([["build", 0, "a"]]);
    expect(log.take()).toEqual([]);
    await timeIsUp();
    expect(written).toEqual([]);
  });

  it("comes again when it was not written, before what was said meanwhile", async () => {
    answer = () => Promise.reject(new RunfleetError("redis_unavailable", "away"));
    log.say(build, "stdout", "a");
    await timeIsUp();
    expect(errors).toHaveLength(1);
    log.say(check, "stdout", "b");
    answer = async () => ({ tag: "written" });
    await timeIsUp();
    expect(texts(written[1] ?? [])).toEqual([
      ["build", 0, "a"],
      ["check", 0, "b"],
    ]);
  });

  it("is bounded while nothing is written: the oldest goes, and its place says how many", async () => {
    log.say(check, "stdout", "first");
    const count = limits.logUnwrittenLinesMax + 5_000;
    for (let index = 0; index < count; index += 1) log.say(build, "stdout", `line ${index}`);
    const pieces = log.take();
    const kept = pieces.reduce((sum, { lines }) => sum + lines.length, 0);
    const leftOut = pieces.reduce((sum, piece) => sum + piece.leftOut, 0);
    expect(kept).toBeLessThanOrEqual(limits.logUnwrittenLinesMax);
    expect(kept).toBeGreaterThan(limits.logUnwrittenLinesMax / 2);
    expect(kept + leftOut).toBe(count + 1);
    expect(texts(pieces)[0]).toEqual(["check", 1]);
    expect(pieces.at(-1)?.lines.at(-1)?.text).toBe(`line ${count - 1}`);
    for (const { lines } of pieces) expect(lines.length).toBeLessThanOrEqual(limits.logPieceLinesMax);
  });

  it("is bounded in bytes too, piece by piece and line by line", () => {
    for (let index = 0; index < 100; index += 1) log.say(build, "stdout", "é".repeat(10_000));
    const pieces = log.take();
    const sizes = pieces.map(({ lines }) =>
      lines.reduce((sum, line) => sum + Buffer.byteLength(line.text), 0),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(limits.logUnwrittenBytesMax);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(limits.logPieceBytesMax);
    const text = pieces[0]?.lines[0]?.text ?? "";
    expect(text).toMatch(/^é+…$/);
    expect(Buffer.byteLength(text)).toBeGreaterThan(limits.logLineBytesMax - 4);
  });

  it("has no colours and no moves of the cursor", () => {
    log.say(build, "stdout", "\u001b[1;32mok\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007\u001b[2K");
    expect(texts(log.take())).toEqual([["build", 0, "ok link"]]);
  });

  it("is masked once more where colours had cut a secret into pieces", () => {
    log.say(build, "stdout", "the word is hu\u001b[31msh\u001b[0m");
    expect(texts(log.take())).toEqual([["build", 0, "the word is ***"]]);
  });

  it("of a bar of progress is what could be seen last", () => {
    log.say(build, "stdout", "10 %\r50 %\rdone\r");
    expect(texts(log.take())).toEqual([["build", 0, "done"]]);
  });

  it("is nobody's business any more when the run has another owner", async () => {
    answer = async () => ({ tag: "fenced" });
    log.say(build, "stdout", "a");
    await timeIsUp();
    log.say(build, "stdout", "b");
    expect(log.take()).toEqual([]);
    await timeIsUp();
    expect(written).toHaveLength(1);
  });
});

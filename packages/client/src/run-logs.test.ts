import type { LogPiece } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { openClientFleet } from "../../../test/support/client-fleet.js";
import type { LogLineDocument } from "./log-documents.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

const piece = (name: string, ...texts: readonly string[]): LogPiece => ({
  ...{ address: `b.${name}`, name, attempt: 1, leftOut: 0 },
  lines: texts.map((text) => ({ at: 1_000, kind: "info", text })),
});

async function runWithLog(...pieces: readonly LogPiece[]) {
  const run = await fleet.start("greet", { inputs: { whom: "you" } });
  const { activation, release } = await under.take(run.id);
  await under.store.writeLog({ fence: activation.fence, pieces });
  return { run, fence: activation.fence, release };
}

describe("the log of a run", () => {
  test("comes in pages that fit together, of all steps or of one", async () => {
    const { run, fence, release } = await runWithLog(piece("one", "a", "b"), piece("two", "c"));
    const first = await run.readLog({ limit: 2 });
    expect(first.lines[1]).toEqual({
      ...{ id: first.cursor, at: "1970-01-01T00:00:01.000Z", address: "b.one", name: "one", attempt: 1 },
      ...{ generation: fence.generation, kind: "info", text: "b", leftOut: null },
    });
    const second = await fleet.readLog(run.id, { cursor: first.cursor ?? "" });
    expect([second.lines.map(({ text }) => text), second.cursor]).toEqual([["c"], null]);
    expect((await run.readLog({ step: "two" })).lines.map(({ text }) => text)).toEqual(["c"]);
    await release();
  });

  test("is followed while the run goes on, from where a reader was", async () => {
    const { run, fence, release } = await runWithLog(piece("one", "a", "b"));
    const [, last] = (await run.readLog()).lines;
    const stop = new AbortController();
    const heard: LogLineDocument[] = [];
    const following = (async () => {
      for await (const line of run.logs({ after: last?.id ?? "", signal: stop.signal })) heard.push(line);
    })();
    await under.store.writeLog({ fence, pieces: [piece("one", "c")] });
    await expect.poll(() => heard.map(({ text }) => text), { timeout: 20_000 }).toEqual(["c"]);
    stop.abort();
    await following;
    await release();
  });

  test("of nobody is not found, and a made up place in it is refused", async () => {
    const { run, release } = await runWithLog();
    await expect(fleet.readLog("nobody")).rejects.toMatchObject({ code: "run_not_found" });
    await expect(fleet.logs("nobody").next()).rejects.toMatchObject({ code: "run_not_found" });
    await expect(run.readLog({ cursor: "no place" })).rejects.toMatchObject({ code: "invalid_usage" });
    await expect(run.readLog({ limit: 0 })).rejects.toMatchObject({ code: "invalid_usage" });
    expect(() => run.logs({ after: "no place" })).toThrow(/after/);
    await release();
  });
});

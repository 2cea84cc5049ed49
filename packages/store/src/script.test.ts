import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connectRedis } from "./connect-redis.js";
import { claimOutbox } from "./generated/claim-outbox.js";
import { confirmOutbox } from "./generated/confirm-outbox.js";
import { runScript, type Script } from "./script.js";

const tag = "{t-script:0}";
const redis = connectRedis(inject("redisUrl"), { role: "client", tag, name: "script test" });
const keys = { outbox: `${tag}:outbox`, outboxEntries: `${tag}:outbox:entries` };

afterAll(() => redis.disconnect());

function scriptOf(source: string): Script<object, object, string> {
  return { name: "try", keys: [], values: [], sha1: "0".repeat(40), source };
}

describe("calling a script", () => {
  beforeAll(async () => {
    await redis.del(keys.outbox, keys.outboxEntries);
  });

  test("a server that does not know the script gets its text", async () => {
    expect(await runScript(redis, scriptOf("return { 'new', 'x' }"), { keys: {}, values: {} })).toEqual({
      tag: "new",
      rest: ["x"],
    });
    const values = { ids: ["a", "b"] };
    expect(await runScript(redis, confirmOutbox, { keys, values })).toEqual({ tag: "done", rest: [] });
    expect(await runScript(redis, confirmOutbox, { keys, values })).toEqual({ tag: "done", rest: [] });
  });

  test("names become keys, values and lists in the order of the contract", async () => {
    const script: Script<object, object, string> = {
      name: "try",
      keys: ["b", "a", "list[]"],
      values: ["y", "x", "none[]", "some[]"],
      sha1: "1".repeat(40),
      source: "return { 'seen', KEYS, ARGV }",
    };
    const reply = await runScript(redis, script, {
      keys: { a: `${tag}:a`, b: `${tag}:b`, list: [`${tag}:1`, `${tag}:2`] },
      values: { x: 1, y: "größer\r\n€", none: [], some: ["", 0, "p", 2.5] },
    });
    expect(reply.rest).toEqual([
      [`${tag}:b`, `${tag}:a`, `${tag}:1`, `${tag}:2`],
      ["größer\r\n€", "1", "0", "4", "", "0", "p", "2.5"],
    ]);
    // The next call has keys of its own, though some look like the ones before.
    const next = await runScript(redis, script, {
      keys: { a: `${tag}:a`, b: `${tag}:other`, list: [] },
      values: { x: 0, y: "", none: [1], some: [] },
    });
    expect(next.rest).toEqual([
      [`${tag}:other`, `${tag}:a`],
      ["", "0", "1", "1", "0"],
    ]);
  });

  test("what only our own mistake can cause is a defect", async () => {
    const run = (source: string) => runScript(redis, scriptOf(source), { keys: {}, values: {} });
    const refused = run("return redis.error_reply('RUNFLEET no')");
    await expect(refused).rejects.toMatchObject({ code: "internal", message: expect.stringContaining("no") });
    await refused.catch((error: Error) => expect(error.cause).not.toHaveProperty("command"));
    await expect(run("return redis.call('NOSUCHCOMMAND')")).rejects.toMatchObject({ code: "internal" });
  });

  test("a server that cannot work is unavailable", async () => {
    const values = { now: "", olderThanMs: 0, limit: 1 };
    for (const message of ["LOADING dataset", "OOM command not allowed", "READONLY replica", "MISCONF rdb"]) {
      const failing = scriptOf(`return redis.error_reply('${message}')`);
      await expect(runScript(redis, failing, { keys: {}, values: {} })).rejects.toMatchObject({
        code: "redis_unavailable",
      });
    }
    const nowhere = connectRedis("redis://127.0.0.1:1", { role: "client", tag });
    await expect(runScript(nowhere, claimOutbox, { keys, values })).rejects.toMatchObject({
      code: "redis_unavailable",
      retryable: true,
    });
    nowhere.disconnect();
  });
});

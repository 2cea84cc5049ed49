/** A pool that somebody paused on the board: its backlog says so, since nobody is to blame that nothing is taken. */
import { createRunQueue } from "@runfleet/queue";
import { Queue } from "bullmq";
import { expect, test } from "vitest";
import { connectTestRedis, randomTag, testPool } from "./harness.js";

test("a paused pool has ready runs, and says that it is paused until it is not", async () => {
  const tag = randomTag();
  const connection = connectTestRedis(tag);
  const queue = createRunQueue({ connection, tag });
  const board = new Queue(testPool, { connection, prefix: tag, skipMetasUpdate: true });
  await queue.add({ runId: "r1", workflow: "w", pool: testPool });
  await board.pause();
  expect(await queue.backlog(testPool, { dueBefore: 0 })).toMatchObject({ ready: 1, isPaused: true });
  await board.resume();
  const resumed = await queue.backlog(testPool, { dueBefore: 0 });
  expect(resumed).toMatchObject({ ready: 1 });
  expect(resumed).not.toHaveProperty("isPaused");
  await Promise.all([queue.close(), board.close()]);
  await connection.quit();
});

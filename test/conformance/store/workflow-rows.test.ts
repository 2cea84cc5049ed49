/** The list of a workflow's runs in Redis: it lies in leaves, and whoever reads or changes it does not see that. */
import { expect, test } from "vitest";
import { createRandom } from "../../../packages/testing/src/simulated/random.js";
import { sampleFinish } from "./samples.js";
import { readKeys, useRedisTwin } from "./twins.js";

const twin = useRedisTwin();
const count = 300;

test("its pages hold every run once, newest first, whatever order they came in and whichever have gone", async () => {
  const { store, redis, tag, create, activate, leases, clock } = twin();
  const random = createRandom(300);
  const born: { readonly id: string; readonly createdAt: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    // Some clocks are behind, and several runs have one time.
    const createdAt = 1_000_000 + Math.floor(index / 3) - (random.chance(0.1) ? random.below(60) : 0);
    born.push({ id: await create({ createdAt }), createdAt });
  }
  await create({ workflow: "other" });
  const newestFirst = born
    .sort((a, b) => b.createdAt - a.createdAt || (a.id > b.id ? -1 : 1))
    .map(({ id }) => id);
  const listed = async (limit: number): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listRuns({ workflow: "review", limit, ...(cursor && { cursor }) });
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      ids.push(...page.rows.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return ids;
  };
  const leaves = async (): Promise<string[]> =>
    (await readKeys(redis, tag)).filter((key) => key.startsWith(`${tag}:runs:wf:review:`));
  expect(await listed(70)).toEqual(newestFirst);
  expect((await leaves()).length).toBeGreaterThan(3);
  const forms = await Promise.all((await leaves()).map((leaf) => redis.call("OBJECT", "ENCODING", leaf)));
  expect(new Set(forms)).toEqual(new Set([expect.stringMatching(/^(?:listpack|ziplist)$/)]));

  const end = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      const { fence } = await activate(id);
      await store.finish(sampleFinish(fence, { retentionMs: 1 }));
      await leases.release({ runId: id, token: fence.nonce, deadlineMonoMs: 0 });
      clock.advance(5);
    }
  };
  const goes = newestFirst.filter((_, index) => index % 2 === 0 || index < 100);
  await end(goes);
  const stays = newestFirst.filter((id) => !goes.includes(id));
  await expect.poll(() => listed(500)).toEqual(stays);
  await end(stays);
  await expect
    .poll(async () => (await store.forgetExpired({ limit: 500 })) >= 0 && (await leaves()))
    .toEqual([]);
  expect(await redis.exists(`${tag}:runs:wf:review`)).toBe(0);
});

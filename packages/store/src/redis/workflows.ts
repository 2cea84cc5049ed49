/**
 * Published workflows: names, and snapshots of definitions by the hash of their content.
 */

import type { Page, PublishedWorkflow, RunStore } from "@runfleet/model";
import { publishWorkflows } from "../generated/publish-workflows.js";
import { definitionKey, publishedKey } from "../keys.js";
import { pageRows, toPage } from "../page.js";
import { toRunfleetError, withRedis } from "../redis-failure.js";
import { runScript } from "../script.js";
import { layoutStamp } from "./layout.js";
import type { Partition } from "./partition.js";
import { afterRow } from "./run-reads.js";

type Workflows = Pick<RunStore, "publish" | "findWorkflow" | "listWorkflows" | "readDefinition">;

export function workflows(partition: Partition): Workflows {
  const { redis, tag } = partition;
  return {
    publish: async (published) => {
      if (published.length === 0) return;
      await runScript(redis, publishWorkflows, {
        keys: {
          ...partition.keys,
          targets: published.flatMap(({ name, hash }) => [definitionKey(tag, hash), publishedKey(tag, name)]),
        },
        values: {
          now: partition.now(),
          ...layoutStamp(),
          workflows: published.flatMap(({ name, hash, json }) => [name, hash, json]),
        },
      });
    },
    findWorkflow: onceInATurn((name) =>
      withRedis("hgetall workflow", () => redis.hgetall(publishedKey(tag, name))).then((fields) =>
        toPublished(name, fields),
      ),
    ),
    listWorkflows: (request) => listWorkflows(partition, request),
    readDefinition: async (hash) =>
      (await withRedis("get definition", () => redis.get(definitionKey(tag, hash)))) ?? undefined,
  };
}

/**
 * One question for all who ask the same in one turn of the event loop: runs are started many at a time. It leaves when the turn
 * is over, so nobody gets an answer from before he asked.
 */
function onceInATurn<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (name) => {
    const known = asked.get(name);
    if (known !== undefined) return known;
    const answer = ask(name);
    asked.set(name, answer);
    process.nextTick(() => asked.delete(name));
    return answer;
  };
}

async function listWorkflows(
  partition: Partition,
  request: { readonly limit: number; readonly cursor?: string },
): Promise<Page<PublishedWorkflow>> {
  const { redis, tag, keys } = partition;
  const limit = pageRows(request.limit);
  const names = await withRedis("zrangebylex workflows", () =>
    redis.zrangebylex(keys.workflowNames, afterRow(request.cursor), "+", "LIMIT", 0, limit),
  );
  if (names.length === 0) return { rows: [] };
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.hgetall(publishedKey(tag, name));
  const replies = await withRedis("hgetall workflows", async () => (await pipeline.exec()) ?? []);
  const rows = replies.flatMap(([error, fields], index) => {
    if (error !== null) throw toRunfleetError(error, "hgetall workflows");
    return toPublished(names[index] as string, fields as Record<string, string>) ?? [];
  });
  return toPage(rows, names.length === limit ? names.at(-1) : "");
}

function toPublished(name: string, fields: Readonly<Record<string, string>>): PublishedWorkflow | undefined {
  const { hash, publishedAt } = fields as { readonly hash?: string; readonly publishedAt?: string };
  return hash === undefined ? undefined : { name, hash, publishedAt: Number(publishedAt) };
}

/**
 * What workflows used, day by day: pages of rows in their order. The scripts that write runs count, see `count_usage.lua`.
 */
import type { DayUsage, Page, RunStore } from "@runfleet/model";
import { pageRows, toPage } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { daysAsked, toDayUsage, usageRow } from "../usage-row.js";
import type { Partition } from "./partition.js";

type Request = Parameters<RunStore["readUsage"]>[0];

export function usageReads(partition: Partition): Pick<RunStore, "readUsage"> {
  return {
    readUsage: (request) =>
      request.workflow === undefined
        ? readAllWorkflows(partition, request)
        : readOneWorkflow(partition, request, request.workflow),
  };
}

async function readAllWorkflows(partition: Partition, request: Request): Promise<Page<DayUsage>> {
  const limit = pageRows(request.limit);
  const { first, last } = daysAsked(request);
  const from = request.cursor === undefined ? `[${usageRow(first, "")}` : `(${request.cursor}`;
  const rows = await withRedis("zrangebylex usage", () =>
    partition.redis.zrangebylex(
      partition.keys.usageRows,
      from,
      `(${usageRow(last + 1, "")}`,
      "LIMIT",
      0,
      limit,
    ),
  );
  return toPage(await readSums(partition, rows), rows.length === limit ? rows.at(-1) : "");
}

/** One row a day, which can be named without looking for it. */
async function readOneWorkflow(
  partition: Partition,
  request: Request,
  workflow: string,
): Promise<Page<DayUsage>> {
  const limit = pageRows(request.limit);
  const { first, last } = daysAsked(request);
  const start = request.cursor === undefined ? first : Number(request.cursor);
  const days = Array.from(
    { length: Math.min(limit, Math.max(0, last + 1 - start)) },
    (_, index) => start + index,
  );
  const rows = await readSums(
    partition,
    days.map((day) => usageRow(day, workflow)),
  );
  const next = start + days.length;
  return toPage(rows, next <= last ? String(next) : "");
}

async function readSums(partition: Partition, rows: readonly string[]): Promise<DayUsage[]> {
  if (rows.length === 0) return [];
  const texts = await withRedis("hmget usage", () =>
    partition.redis.hmget(partition.keys.usageSums, ...rows),
  );
  return rows.flatMap((row, index) => {
    const text = texts[index];
    return text == null ? [] : [toDayUsage(row, text.split(" ").map(Number))];
  });
}

/** A run's log, page by page. Bounded by what a log may hold. */
import type { LogLine, LogRequest, Page, RunStore } from "@runfleet/model";
import { limits } from "@runfleet/model";
import { entryIdOf, isAfter } from "../fact-text.js";
import { runKeys } from "../keys.js";
import { isOfStep, leftOutLine, toLogLines, wholeLog } from "../log-text.js";
import { beforeAll, pageRows, toPage } from "../page.js";
import { withRedis } from "../redis-failure.js";
import { toFields } from "../run-record.js";
import type { Partition } from "./partition.js";

/** Pieces of one reply of Redis; most steps say little at a time. */
const piecesPerRead = 100;
/** A log of pieces without any line has no more. */
const readsMax = Math.ceil(limits.runLogBytesMax / 100 / piecesPerRead) + 1;

export function logReads(partition: Partition): Pick<RunStore, "readLog"> {
  return { readLog: (request) => readLog(partition, request) };
}

async function readLog(partition: Partition, request: LogRequest): Promise<Page<LogLine>> {
  const limit = pageRows(request.limit);
  const { log, logSums } = runKeys(partition.tag, request.runId);
  const found = await linesAfter(partition, log, { ...request, limit });
  const rows = found.slice(0, limit);
  const cursor = found.length > limit ? rows.at(-1)?.id : undefined;
  const [first] = rows;
  if (request.after !== undefined || first === undefined) return toPage(rows, cursor);
  const field = request.step === undefined ? wholeLog : first.address;
  const sums = await withRedis("hget log sums", () => partition.redis.hget(logSums, field));
  const leftOut = Number(sums?.split(" ")[2] ?? 0);
  const marker = leftOut === 0 ? [] : [leftOutLine({ ...first, id: beforeAll }, leftOut)];
  return toPage([...marker, ...rows], cursor);
}

/** One more than asked for, when there is one. */
async function linesAfter(
  { redis }: Partition,
  key: string,
  { after = beforeAll, step, limit }: LogRequest,
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let from = entryIdOf(after);
  for (let reads = 0; reads < readsMax && lines.length <= limit; reads += 1) {
    const start = from;
    const entries = await withRedis("xrange log", () =>
      redis.xrange(key, start, "+", "COUNT", piecesPerRead),
    );
    // The first one has been read before, but for the first time.
    const fresh = reads === 0 ? entries : entries.filter(([id]) => id !== start);
    for (const [id, flat] of fresh) {
      const piece = toLogLines(id, toFields(flat) as { readonly head: string; readonly lines: string });
      lines.push(...piece.filter((line) => isAfter(line.id, after) && isOfStep(line, step)));
    }
    if (entries.length < piecesPerRead) break;
    from = entries.at(-1)?.[0] ?? from;
  }
  return lines;
}

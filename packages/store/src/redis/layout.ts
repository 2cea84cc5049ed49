/** What is said in Redis about the layout of the data: read once by whoever begins to work with it, raised by workers. */
import {
  type Layout,
  layout as ownLayout,
  RunfleetError,
  version,
  type WorkerPresence,
} from "@runfleet/model";
import type { Redis } from "ioredis";
import { openLayout } from "../generated/open-layout.js";
import { partitionKeys } from "../keys.js";
import { clientProblem, layoutProblem, raiseProblem, type StoredLayout } from "../layout-rules.js";
import { withRedis } from "../redis-failure.js";
import { runScript } from "../script.js";

export interface LayoutPlace {
  readonly redis: Redis;
  readonly tag: string;
  /** Only for tests: another build's. */
  readonly code?: Layout;
}

/** Nothing where nobody has published or worked yet. */
export async function readLayout({ redis, tag }: LayoutPlace): Promise<StoredLayout | undefined> {
  const { layout } = partitionKeys(tag);
  const [stored, oldestWriter, writtenBy] = await withRedis("read layout", () =>
    redis.hmget(layout, "version", "oldestWriter", "writtenBy"),
  );
  if (stored == null) return undefined;
  return { version: Number(stored), oldestWriter: Number(oldestWriter), writtenBy: writtenBy ?? "" };
}

/** For clients. Throws `incompatible_layout`. Writes nothing: a publish does. */
export async function checkLayout(place: LayoutPlace): Promise<void> {
  const stored = await readLayout(place);
  refuse(clientProblem(stored, place.code ?? ownLayout), stored);
}

/** For workers: says that data of this build's layout lies here from now on. Throws `incompatible_layout`. */
export async function claimLayout(
  place: LayoutPlace & { readonly workers: () => Promise<readonly WorkerPresence[]> },
): Promise<void> {
  const { redis, tag, code = ownLayout } = place;
  const stored = await readLayout(place);
  refuse(layoutProblem(stored, code), stored);
  if (stored !== undefined && stored.version >= code.version) return;
  refuse(raiseProblem(stored, code, await place.workers()), stored);
  await runScript(redis, openLayout, { keys: partitionKeys(tag), values: layoutStamp(code) });
}

/** What a script is given that writes the stamp. */
export function layoutStamp(code: Layout = ownLayout) {
  return { layoutVersion: code.version, oldestWriter: code.oldestWriter, writtenBy: version };
}

function refuse(problem: string | undefined, stored: StoredLayout | undefined): void {
  if (problem === undefined) return;
  throw new RunfleetError("incompatible_layout", problem, { details: { ...stored } });
}

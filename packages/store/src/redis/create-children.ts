/**
 * Creates the children that a parent starts together with one script: a foreach opens a whole window at once. Gathers what is
 * asked for within one round of the event loop; whoever asks sees no difference. A child that could have to wait (for a
 * permit, its rate, a delay) is none of its business.
 */
import { setImmediate as nextRound } from "node:timers/promises";
import { type CreateReply, limits, type NewRun, type RunStatus } from "@runfleet/model";
import { createChildren } from "../generated/create-children.js";
import { startDigest } from "../identifiers.js";
import { runKeys, workflowRunsKey } from "../keys.js";
import { definitionText, infoText, runRow, toRunInfo } from "../run-record.js";
import { runScript } from "../script.js";
import { startedEvent } from "../start-of-run.js";
import type { Partition } from "./partition.js";

/** Children of one script: it must not keep others waiting. */
const togetherMax = 25;

/** A run that a parent asks for with an outbox entry. */
type Child = NewRun & { readonly parentId: string; readonly confirms: string };
type Create = (run: NewRun) => Promise<CreateReply>;
/** Of children that are created alone after all each has a fate of its own. */
type Reply = CreateReply | Promise<CreateReply>;

export function isPlainChild(run: NewRun): run is Child {
  const { parentId, confirms, concurrency, rate, delayMs, idempotencyKey, newestOnly, withJob } = run;
  const wishes = [concurrency, rate, delayMs, idempotencyKey, newestOnly, withJob];
  return parentId !== undefined && confirms !== undefined && wishes.every((wish) => wish === undefined);
}

/** `alone`: creates one for which there is no company, or which must be looked at more closely. */
export function createTogether(partition: Partition, alone: Create): (child: Child) => Promise<CreateReply> {
  interface Gathered {
    readonly children: Child[];
    readonly replies: Promise<readonly Reply[]>;
  }
  const open = new Map<string, Gathered>();
  const gather = (group: string): Gathered => {
    const children: Child[] = [];
    const replies = nextRound().then(() => {
      if (open.get(group) === gathered) open.delete(group);
      return createGathered(partition, children, alone);
    });
    const gathered = { children, replies };
    open.set(group, gathered);
    return gathered;
  };
  return async (child) => {
    const { parentId, definitionHash, pool, workflow } = child;
    const group = [parentId, definitionHash, pool, workflow].join(" ");
    const known = open.get(group);
    const { children, replies } =
      known === undefined || known.children.length >= togetherMax ? gather(group) : known;
    const place = children.push(child) - 1;
    return await ((await replies)[place] as Reply);
  };
}

async function createGathered(
  partition: Partition,
  children: readonly Child[],
  alone: Create,
): Promise<readonly Reply[]> {
  const [first] = children;
  if (first === undefined || children.length === 1) return children.map(alone);
  const { keys, redis, tag: partitionTag } = partition;
  const parent = runKeys(partitionTag, first.parentId);
  const { tag, rest } = await runScript(redis, createChildren, {
    keys: {
      ...keys,
      parentRun: parent.run,
      parentChildren: parent.children,
      runsWorkflow: workflowRunsKey(partitionTag, first.workflow),
      places: children.flatMap(({ id }) => {
        const { run, parts, inbox } = runKeys(partitionTag, id);
        return [run, parts, inbox];
      }),
    },
    values: {
      now: partition.now(),
      workflow: first.workflow,
      definition: definitionText(first.definitionHash),
      pool: JSON.stringify(first.pool),
      rootId: first.rootId,
      poolsMax: limits.scalingPoolsMax,
      children: children.flatMap(valuesOf),
    },
  });
  if (tag === "limited") return children.map(alone);
  const told = rest[0] as readonly string[];
  return children.map(({ id }, index) => toReply(id, told.slice(2 * index, 2 * index + 2)));
}

function valuesOf(child: Child): readonly string[] {
  const { id, confirms } = child;
  const info = infoText(toRunInfo(child), child.sealed);
  const event = JSON.stringify(startedEvent(child));
  return [id, startDigest(child), info, runRow(child), event, confirms];
}

function toReply(id: string, [tag, status]: readonly string[]): CreateReply {
  switch (tag as "created" | "exists" | "conflict" | "parent_gone") {
    case "created":
      return { tag: "created", id };
    case "exists":
      return { tag: "exists", id, status: status as RunStatus };
    case "conflict":
      return { tag: "conflict", id };
    case "parent_gone":
      return { tag: "parent_gone" };
  }
}

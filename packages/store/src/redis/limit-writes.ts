/** What operators set for workflows, and the lines of runs that wait for a permit. */
import { type LimitScope, type LimitWrites, limits, type PermitWait, type ScopeUse } from "@runfleet/model";
import { letIn } from "../generated/let-in.js";
import { listLimits } from "../generated/list-limits.js";
import { readPermit } from "../generated/read-permit.js";
import { setLimit } from "../generated/set-limit.js";
import { pageRows, toPage } from "../page.js";
import { limitSetText, scopeText, toGranting, toLimitChange, toScope } from "../permit-scope.js";
import { withRedis } from "../redis-failure.js";
import { runScript } from "../script.js";
import type { Partition } from "./partition.js";

export function limitWrites(partition: Partition): LimitWrites {
  const { redis, keys } = partition;
  const write = async (workflow: string, set: string) => {
    const { tag, rest } = await runScript(redis, setLimit, {
      keys,
      values: { now: partition.now(), workflow, set, setMax: limits.workflowLimitsMax },
    });
    const [wasSet, granted = []] = rest as [string?, string[]?];
    return { tag, wasSet: wasSet === "1", granting: toGranting(granted) };
  };
  return {
    setLimit: async (change) => {
      const { tag, granting } = await write(change.workflow, limitSetText(change));
      return tag === "full" ? { tag } : { tag: "set", ...granting };
    },
    removeLimit: async (workflow) => {
      const { wasSet, granting } = await write(workflow, "");
      return { tag: wasSet ? "removed" : "not_set", ...granting };
    },
    letIn: async ({ workflow, key, from = key === undefined ? "" : lineStart({ workflow, key }) }) => {
      const { rest } = await runScript(redis, letIn, {
        keys,
        values: { now: partition.now(), workflow, from },
      });
      const [next, granted] = rest as [string, string[]];
      return { ...toGranting(granted), ...(next === "" ? {} : { next }) };
    },
    listSetLimits: async () => {
      const set = await withRedis("hgetall limits", () => redis.hgetall(keys.limitsSet));
      return Object.entries(set)
        .map(([workflow, text]) => toLimitChange(workflow, text))
        .sort((a, b) => (a.workflow < b.workflow ? -1 : 1));
    },
    listScopes: async ({ limit, cursor = "" }) => {
      const { rest } = await runScript(redis, listLimits, {
        keys,
        values: { now: partition.now(), after: cursor, limit: pageRows(limit) },
      });
      const [flat, next] = rest as [string[], string];
      return toPage(toUses(flat), next);
    },
    permitWait: (runId) => permitWait(partition, runId),
  };
}

/** As `let_in` names a place in the lines. */
function lineStart(scope: LimitScope): string {
  return `[${scopeText(scope)} `;
}

function toUses(flat: readonly string[]): ScopeUse[] {
  const rows: ScopeUse[] = [];
  for (let index = 0; index < flat.length; index += 4) {
    const [scope = "", limit = "", held, waiting] = flat.slice(index, index + 4);
    rows.push({ ...toScope(scope), ...given(limit), held: Number(held), waiting: Number(waiting) });
  }
  return rows;
}

async function permitWait(partition: Partition, runId: string): Promise<PermitWait | undefined> {
  const { tag, rest } = await runScript(partition.redis, readPermit, {
    keys: partition.keys,
    values: { now: partition.now(), runId },
  });
  if (tag === "none") return undefined;
  const [scope, limit, held, before, members] = rest as [string, string, string, string, string[]];
  return {
    ...toScope(scope),
    ...given(limit),
    held: Number(held),
    before: Number(before),
    holders: members.map((member) => member.slice(member.lastIndexOf(" ") + 1)),
  };
}

function given(limit: string): { readonly limit?: number } {
  return limit === "" ? {} : { limit: Number(limit) };
}

/**
 * Limits of workflows while they are in use: what is set goes before what definitions and starts say, until it is
 * removed. Runs that a change lets in are woken at once, a few dozen at a time.
 */
import { type Granting, type LimitChange, limitChangeProblem, limits, RunfleetError } from "@runfleet/model";
import { checkName } from "./check-start-options.js";
import type { LimitPage, SetLimitDocument } from "./client-documents.js";
import type { LimitListOptions, LimitOptions } from "./client-options.js";
import type { Connections } from "./connections.js";
import { deliverGranted } from "./deliver.js";
import { pageRequest } from "./page-request.js";

export async function setLimit(
  connections: Connections,
  workflow: string,
  { concurrency, perKey, rate }: LimitOptions,
): Promise<void> {
  checkWorkflow(workflow);
  const change: LimitChange = {
    workflow,
    ...(concurrency === undefined ? {} : { total: concurrency }),
    ...(perKey === undefined ? {} : { perKey }),
    ...(rate === undefined ? {} : { rate }),
  };
  const problem = limitChangeProblem(change);
  if (problem !== undefined) throw new RunfleetError("invalid_usage", problem);
  const reply = await connections.store.setLimit(change);
  if (reply.tag === "full") {
    const message = `limits of ${limits.workflowLimitsMax} workflows are set; remove some first`;
    throw new RunfleetError("too_large", message, { details: { max: limits.workflowLimitsMax } });
  }
  await letIn(connections, workflow, reply);
}

/** False when nothing was set. */
export async function removeLimit(connections: Connections, workflow: string): Promise<boolean> {
  checkWorkflow(workflow);
  const reply = await connections.store.removeLimit(workflow);
  await letIn(connections, workflow, reply);
  return reply.tag === "removed";
}

/** After a start that let others in: it brought a higher limit, and there may be room for more of them. */
export async function letInMore(connections: Connections, workflow: string, reply: Granting): Promise<void> {
  if (reply.granted !== undefined) await letIn(connections, workflow, reply);
}

/** Each look is short; who dies between two leaves the rest to the runs that were let in, and to the sweepers. */
async function letIn(connections: Connections, workflow: string, first: Granting): Promise<void> {
  await deliverGranted(connections, first);
  let from: string | undefined;
  do {
    const reply = await connections.store.letIn({ workflow, ...(from === undefined ? {} : { from }) });
    await deliverGranted(connections, reply);
    from = reply.next;
  } while (from !== undefined && !connections.closing.aborted);
}

export async function listLimits({ store }: Connections, options: LimitListOptions): Promise<LimitPage> {
  const which = pageRequest("limits", { limit: limits.pageRowsMax, ...options });
  const [set, scopes] = await Promise.all([store.listSetLimits(), store.listScopes(which)]);
  return {
    set: set.map(setDocument),
    scopes: scopes.rows.map(({ workflow, key = null, limit: most = null, held, waiting }) => ({
      ...{ workflow, key, limit: most, held, waiting },
    })),
    cursor: scopes.cursor ?? null,
  };
}

function setDocument({ workflow, total, perKey, rate }: LimitChange): SetLimitDocument {
  return {
    workflow,
    concurrency: total ?? null,
    perKey: perKey ?? null,
    rate: rate === undefined ? null : { limit: rate.limit, perMs: rate.perMs, burst: rate.burst ?? 1 },
  };
}

/** What definitions may be called: a limit of anything else would never count a run. */
function checkWorkflow(workflow: string): void {
  checkName("workflow name", workflow);
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(workflow)) return;
  throw new RunfleetError("invalid_usage", `no workflow can be called ${JSON.stringify(workflow)}`);
}

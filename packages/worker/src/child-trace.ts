/** Where the start of a child run stands in the traces of its family. */
import { nodePath, type RunRecord, type StartChild } from "@runfleet/model";
import { headersOf, isTracing, type StartPlace } from "@runfleet/tracing";
import type { Definitions } from "./definitions.js";

/** Items of a foreach may be thousands: each has a trace of its own. A called workflow is a part of its caller's. */
export async function placeOfChild(
  parent: RunRecord,
  { address }: StartChild,
  { definitions, namespace }: { readonly definitions: Definitions; readonly namespace: string },
): Promise<StartPlace> {
  const place = { namespace, parent: headersOf(parent) };
  if (!isTracing()) return place;
  // Whoever cannot read the parent's definition starts its child all the same.
  const plan = await definitions.plan(parent.definitionHash).catch(() => undefined);
  return plan?.nodes.get(nodePath(address))?.kind === "foreach" ? { ...place, trace: "own" } : place;
}

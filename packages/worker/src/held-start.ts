/**
 * Whether the first commit of an activation may be held back until what it starts has ended, so that both are one. The
 * activation's own reply has just passed the fence, so to perform after it is as safe as to perform after a commit. What
 * the commit would tell is that the steps have begun; that is missed by nobody when they end within milliseconds.
 *
 *   decided → (all it starts is quick) → held, performing → (the next decision, at the latest after `heldMs`) → written
 *
 * A worker that dies meanwhile leaves the run as it was when it was activated: the next owner begins the same attempts, and
 * records their start before it does; unless they are not wanted any more, and then nobody knows of them. So what takes effect at
 * most once is never held.
 */
import type { Decision } from "@runfleet/engine";
import type { Command, Activation as OpenedRun } from "@runfleet/model";
import { isOnce } from "./perform/at-most-once.js";
import type { PerformContext } from "./perform/context.js";
import type { QuickActions } from "./quick-actions.js";

/** How late a start may be recorded. Nobody who looks at a run notices. */
export const heldMs = 5;

export function mayBeHeld(
  decision: Decision,
  {
    opened,
    context,
    quickActions,
  }: {
    readonly opened: OpenedRun;
    readonly context: Pick<PerformContext, "registry" | "holdsRun">;
    readonly quickActions: QuickActions;
  },
): boolean {
  // What a worker died of is to be seen in the run before it is tried again.
  if (opened.tookOver || decision.commands.length === 0) return false;
  if (decision.gatesOpened.length + decision.gatesClosed.length > 0) return false;
  const isQuick = (command: Command): boolean => {
    if (command.type !== "runAction" || !quickActions.isQuick(command.action)) return false;
    if (command.mayHaveRun === true || command.given !== undefined) return false;
    const action = context.registry.action(command.action);
    return action !== undefined && !isOnce(action, command);
  };
  // Long may have passed since the activation: the run's context and definition were asked for.
  return decision.commands.every(isQuick) && context.holdsRun();
}

/** What people call the package that a child run of the demo checks. */
import type { RunRow } from "@runfleet/client";

/** `@types/node` for `…/node_modules/@types/node`. */
export function packageName(child: Pick<RunRow, "inputs" | "workflow">): string {
  const path = child.inputs["path"] ?? child.workflow;
  const mark = "node_modules/";
  return path.includes(mark) ? path.slice(path.lastIndexOf(mark) + mark.length) : path;
}

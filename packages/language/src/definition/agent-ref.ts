/** What a `call` or `on_fail` text refers to. Looks at the text only; whether the agent exists is validation. */
import type { AgentRef, OnFail } from "@runfleet/model";
import { isActionName } from "./names.js";

/** True when a path has a `..` component and could leave its folder. */
export function leavesFolder(path: string): boolean {
  return path.split(/[/\\]/).includes("..");
}

/** What a builder's `call` means: names that text takes without quotes are names, everything else is a path. */
export function agentOfCall(text: string): AgentRef {
  return { kind: isActionName(text) ? "name" : "path", value: text };
}

/** What `on_fail` means: `continue`, the path of an agent file if there is a slash, else a name. */
export function onFailOf(text: string): OnFail {
  if (text === "continue") return { kind: "continue" };
  return { kind: "agent", agent: { kind: text.includes("/") ? "path" : "name", value: text } };
}

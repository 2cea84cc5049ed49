// The page about the execution state is a promise with 47 rows: each names a home that exists, a member that is really
// there, and a test that says so.
import { existsSync } from "node:fs";
import { runDocumentSchema, stepDocumentSchema, totalsSchema } from "@runfleet/model";
import { expect, test } from "vitest";
import { root, textOf } from "./source-files.js";

const page = textOf("docs/execution-state.md");

/** Of the record whose parity the page claims, in its own order. */
const fields =
  `persistence action_registry script_env_provider workflow_run_id workflow_name run_ctx extra_plugin_dirs
  model exec_config inputs parent_run_id depth target_label step_results contexts position all_succeeded total_cost
  total_turns total_duration_ms total_input_tokens total_output_tokens total_cache_read_input_tokens
  total_cache_creation_input_tokens last_gate_feedback block_output block_with resume_ctx default_bot_name
  triggered_by_hook schema_resolver child_runner last_heartbeat_at registry event_sinks cancellation
  current_execution_id owner_token lease_generation has_llm_metrics`.split(/\s+/);
const methods =
  `new new_heartbeat expect_lease_generation check_cancellation_throttled child_workflow_context fork_child
  accumulate_metrics`.split(/\s+/);

interface Row {
  readonly number: number;
  readonly name: string;
  readonly home: string;
  readonly seen: string;
  readonly test: string;
}

const rows: readonly Row[] = page.split("\n").flatMap((line) => {
  const [, number = "", name = "", , home = "", seen = "", test = ""] = line
    .split("|")
    .map((cell) => cell.trim());
  return /^\d+$/.test(number)
    ? [{ number: Number(number), name: name.replaceAll("`", ""), home, seen, test }]
    : [];
});

/** What `show:`, `action:`, `script:` and `variable:` may name. */
const places: Readonly<Record<string, (member: string) => boolean>> = {
  show: (member) => {
    const [first = "", rest] = member.split(".");
    if (rest === undefined) return Object.hasOwn(runDocumentSchema.shape, first);
    return Object.hasOwn(first === "steps" ? stepDocumentSchema.shape : totalsSchema.shape, rest);
  },
  action: (member) => {
    const [, context = ""] =
      /interface ActionContext[^{]*\{([\s\S]*?)\n\}/.exec(textOf("packages/worker/src/action.ts")) ?? [];
    return new RegExp(`^  (readonly )?${member}\\??[:(]`, "m").test(context);
  },
  script: (member) => textOf("packages/worker/src/perform/run-script.ts").includes(member),
  variable: (member) => new RegExp(`\\b${member}\\b`).test(textOf("packages/engine/src/variables.ts")),
};

function members(text: string): { place: string; member: string }[] {
  return [...text.matchAll(/`(\w+): ([\w.]+)`/g)].map(([, place = "", member = ""]) => ({ place, member }));
}

test("all 40 fields and 7 methods have their row, in order", () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 47 }, (_, index) => index + 1));
  expect(rows.map(({ name }) => name)).toEqual([...fields, ...methods]);
});

test("each has a home that exists", () => {
  const pathOf = (home: string) => /^`([^`]+)`$/.exec(home)?.[1];
  const lost = rows.filter(({ home }) => pathOf(home) === undefined || !existsSync(root + pathOf(home)));
  expect(lost.map(({ name, home }) => `${name}: ${home}`)).toEqual([]);
});

test("each is seen where the page says, and so are the settings", () => {
  const wrong = members(page).filter(({ place, member }) => places[place]?.(member) !== true);
  expect(wrong).toEqual([]);
  expect(rows.filter(({ seen }) => seen !== "–" && members(seen).length === 0)).toEqual([]);
  expect(members(page).filter(({ place }) => place === "show").length).toBeGreaterThan(30);
});

test("each is shown by a test of that name", () => {
  const isShown = ({ test: shown }: Row): boolean => {
    const [, path, name] = /^`([^`]+\.test\.ts)` "([^"]+)"$/.exec(shown) ?? [];
    if (path === undefined || name === undefined || !existsSync(root + path)) return false;
    return new RegExp(`\\b(?:test|it)\\("${escaped(name)}"`).test(textOf(path));
  };
  expect(rows.filter((row) => !isShown(row)).map(({ name, test: shown }) => `${name}: ${shown}`)).toEqual([]);
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * Transcripts: a file tells, case by case, a workflow, what happens to a run of it (lines with `>`), and below each what
 * the engine decides. Here such a file is told anew, so that a test can compare it and a person can rewrite it.
 *
 *   === title          a case; above the first one everything is prose
 *   run {"…": …}       options of the run, if it has any
 *   workflow … { … }   the program
 *   > verb words       what happens; the verbs are in transcript-verbs.ts
 *   fact …             the timeline; times are counted from the start of the run
 *   -> command …       what is asked of the world
 *   = status           how the run stands, what it waits for, and until when
 */
import type { Decision } from "@runfleet/engine";
import { formatDiagnostics, parseWorkflow } from "@runfleet/language";
import type { BlockedOn, Command, Definition, Fact, RunInfo } from "@runfleet/model";
import { formatDuration, noDeadlineAt } from "@runfleet/model";
import { type Happening, happens } from "./transcript-verbs.js";
import { createWorld, factLine, start } from "./world.js";

interface Case {
  readonly title: string;
  readonly run: string;
  readonly program: string;
  readonly happenings: readonly string[];
}

/** The whole text with the decisions the engine makes now. */
export function retold(text: string): string {
  const [prose = "", ...cases] = text.split(/^=== /m);
  return [prose, ...cases.map((one) => `=== ${toldCase(readCase(one))}\n`)].join("").replace(/\n+$/, "\n");
}

function readCase(text: string): Case {
  const [title = "", ...lines] = text.split("\n");
  const firstHappening = lines.findIndex((line) => line.startsWith("> "));
  const head = lines.slice(0, firstHappening);
  const run = head.find((line) => line.startsWith("run ")) ?? "";
  const program = head
    .filter((line) => line !== run)
    .join("\n")
    .trim();
  const happenings = lines.filter((line) => line.startsWith("> ")).map((line) => line.slice(2));
  return { title, run, program, happenings };
}

function toldCase({ title, run, program, happenings }: Case): string {
  const options = run === "" ? {} : (JSON.parse(run.slice("run ".length)) as Partial<RunInfo>);
  const world = createWorld(definitionOf(program), { run: options });
  const told = happenings.map((line) => `> ${line}\n${toldHappening(world, line)}`);
  return [title, ...(run === "" ? [] : [run]), program, "", ...told].join("\n");
}

function definitionOf(program: string): Definition {
  const { definition, diagnostics } = parseWorkflow(program);
  if (definition === undefined) throw new Error(formatDiagnostics(diagnostics, program));
  return definition;
}

function toldHappening(world: Happening["world"], line: string): string {
  const before = world.facts.length;
  const decision = world.decideOnce([happens({ world, line })]);
  const lines = [
    ...world.facts.slice(before).filter(isTold).map(toldFact),
    ...decision.commands.map(toldCommand),
    `= ${toldStanding(decision)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Totals and waits are in the line about the standing. */
function isTold({ type }: Fact): boolean {
  return type !== "metrics.updated" && type !== "run.waiting";
}

function toldFact(fact: Fact): string {
  return factLine(
    "deadline" in fact ? ({ ...fact, deadline: sinceStart(fact.deadline) } as unknown as Fact) : fact,
  );
}

function sinceStart(time: number): string {
  if (time === noDeadlineAt) return "none";
  return `+${formatDuration(time - start)}`;
}

/** Members of commands that are shown, with what is not worth a word. */
const shown: readonly (readonly [member: string, usual?: unknown])[] = [
  ["action"],
  ["command"],
  ["workflow"],
  ["childId"],
  ["inputs"],
  ["reason"],
  ["retriesRemaining", 0],
  ["retryError"],
  ["timeoutMs", 43_200_000],
  ["with"],
  ["output"],
  ["identity"],
  ["gateFeedback"],
  ["mayHaveRun"],
  ["given"],
  ["source"],
  ["env"],
];

function toldCommand(command: Command): string {
  const members = command as unknown as Readonly<Record<string, unknown>>;
  const place = "address" in command ? ` ${command.address}` : "";
  const attempt = "attempt" in command ? `#${command.attempt}` : "";
  const told = shown
    .filter(([member, usual]) => members[member] !== usual && !isEmpty(members[member]))
    .map(([member]) => ` ${toldMember(member, members[member])}`);
  return `-> ${command.type}${place}${attempt}${told.join("")}`;
}

function toldMember(member: string, value: unknown): string {
  if (member.endsWith("Ms") && typeof value === "number")
    return `${member.slice(0, -2)}=${formatDuration(value)}`;
  return `${member}=${typeof value === "string" ? value : JSON.stringify(value)}`;
}

function isEmpty(value: unknown): boolean {
  return (
    value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0)
  );
}

function toldStanding({ status, blockedOn, nextDeadlineAt, ended, totals }: Decision): string {
  const cost = totals.costUsd > 0 ? `, $${totals.costUsd}` : "";
  if (ended !== undefined)
    return `${status}${ended.error === undefined ? "" : ` (${ended.error.code})`}${cost}`;
  const on = blockedOn.length === 0 ? "" : ` on ${blockedOn.map(toldWait).join(", ")}`;
  return `${status}${on}${nextDeadlineAt === undefined ? "" : `, next at ${sinceStart(nextDeadlineAt)}`}${cost}`;
}

function toldWait(wait: BlockedOn): string {
  if (wait.type === "child") return `child ${wait.childRunId}`;
  return wait.type === "items" ? `items ${wait.running} of ${wait.total}` : `${wait.type} ${wait.name}`;
}

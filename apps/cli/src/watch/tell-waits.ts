/** Says on the side what a run waits for and what to do about it, while something else waits for the run. */
import type { FleetClient, RunExplanation } from "@runfleet/client";
import type { Cause } from "@runfleet/model";
import type { Cli } from "../cli.js";
import { typedProgram } from "../typed-command.js";

/** A run that ends before says nothing on the side. */
const lookMs = 1_500;

/** What goes on by itself, and what has ended: nothing to say about. */
const quiet: ReadonlySet<Cause> = new Set([
  "completed",
  "failed",
  "cancelled",
  "crash_loop",
  "running",
  "queued",
  "child",
  "items",
]);

/** What `until` answers; while it is awaited every new reason for waiting is one note. */
export async function tellWaits<T>(
  { terminal, env }: Cli,
  fleet: FleetClient,
  { runId, until }: { readonly runId: string; readonly until: () => Promise<T> },
): Promise<T> {
  const program = typedProgram(env);
  let told = "";
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const said = sentenceOf(deepest(await fleet.explain(runId)), program);
    if (isOver) return;
    if (said !== undefined && said !== told) terminal.note(said);
    told = said ?? told;
    timer = setTimeout(start, lookMs);
  };
  // What goes wrong with a look goes wrong with the wait itself, which says so.
  const start = (): void => void look().catch(() => {});
  timer = setTimeout(start, lookMs);
  try {
    return await until();
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
}

/** The run that all others wait for. */
function deepest(explanation: RunExplanation): RunExplanation {
  return explanation.because === null ? explanation : deepest(explanation.because);
}

function sentenceOf(
  { id, workflow, cause, sentence, remedy }: RunExplanation,
  program: string,
): string | undefined {
  if (quiet.has(cause)) return undefined;
  const todo =
    remedy === "nothing" ? "" : `\n  what to do: ${remedy.replaceAll("`runfleet ", `\`${program} `)}`;
  return `${workflow} ${id}: ${sentence}${todo}`;
}

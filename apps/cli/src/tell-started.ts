/** What a command says about the run it has started, at once or, with `--wait`, after its end. */
import type { StartedRun } from "@runfleet/client";
import type { Cli } from "./cli.js";
import { renderRun } from "./render/run-tree.js";

export const waitOption = [
  "--wait",
  "wait for the end; exit code 1 when the run fails or is cancelled",
] as const;

export async function tellStarted(
  cli: Cli,
  run: StartedRun,
  { wait }: { readonly wait?: boolean },
): Promise<void> {
  const { terminal } = cli;
  const isJson = cli.globals().json === true;
  const begun = `${run.isRepeat ? "exists" : "started"} ${run.id}`;
  if (wait !== true) {
    if (isJson) terminal.printJson({ id: run.id, status: run.status });
    else terminal.print(begun);
    return;
  }
  terminal.note(`${begun}, waiting for its end`);
  const ended = await run.result();
  if (isJson) terminal.printJson(ended);
  else
    terminal.print(renderRun(ended, { colours: terminal.out, now: Date.now(), columns: terminal.columns() }));
  if (ended.status !== "completed") cli.setExitCode(1);
}

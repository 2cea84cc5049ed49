/**
 * The demo run: audits the licences of this clone's own installed packages on a running fleet. Shows progress, shows
 * how a person answers the gate (and answers it when nobody does), prints a summary and where the report lies.
 */
import { join } from "node:path";
import type { FleetClient, GateDocument } from "@runfleet/client";
import { isEnded, isRunfleetError, type RunDocument } from "@runfleet/model";
import type { DevFleet } from "../dev/dev-fleet.js";
import type { Terminal } from "../terminal.js";
import { demoFiles } from "./demo-files.js";
import type { ProgressView } from "./progress-view.js";
import { createTakeoverWatch } from "./takeover-watch.js";
import { workerShares } from "./worker-shares.js";

export interface DemoOptions {
  readonly fleet: DevFleet;
  /** How long a person may answer the gate before the demo does; 0 = at once. */
  readonly answerAfterMs: number;
  /** Seconds that each package takes longer. */
  readonly pauseSeconds: number;
  readonly terminal: Terminal;
  readonly view: ProgressView;
  readonly signal: AbortSignal;
}

/** Between two looks at the run for the picture; the work itself does not wait for it. */
const lookMs = 250;
/** Child runs asked for per look: more than the foreach has open. */
const childrenShown = 50;

/** Runs the demo once and answers the ended run. Rejects when the signal aborts; the run itself goes on. */
export async function runDemo(options: DemoOptions): Promise<RunDocument> {
  const { fleet, terminal, pauseSeconds } = options;
  const { client } = fleet;
  const { project } = demoFiles();
  const report = join(fleet.home, "reports", "licence-audit.md");
  const inputs = { project, report, pause: pauseSeconds };
  const run = await client.start("licence-audit", { inputs, label: "demo" });
  terminal.print(`\n${terminal.out.bold("Licence audit")} of ${project}\nrun ${run.id}\n`);
  const ended = await watch(run.id, options);
  await summarise(client, { ended, report, terminal });
  return ended;
}

async function watch(runId: string, options: DemoOptions): Promise<RunDocument> {
  const { view } = options;
  const { client } = options.fleet;
  const takeovers = createTakeoverWatch();
  let gateShownAt: number | undefined;
  for (;;) {
    const livePids = options.fleet.workerPids();
    const [run, children, fleet] = await Promise.all([
      client.get(runId),
      client.list({ workflow: "licence-check", status: "running", limit: childrenShown }),
      client.fleet(),
    ]);
    const seen = { livePids, workers: fleet.workers, children: children.runs, now: Date.now() };
    for (const line of takeovers.look(seen)) view.note(line);
    view.show({ run, children: children.runs, fleet, isGone: takeovers.isGone });
    if (isEnded(run.status)) {
      view.release();
      return run;
    }
    const gate = (await client.gates({ runId })).gates[0];
    if (gate !== undefined) {
      gateShownAt ??= showGate(gate, options);
      if (Date.now() - gateShownAt >= options.answerAfterMs) await answer(client, gate);
    }
    await pause(options.signal);
  }
}

function showGate(gate: GateDocument, { terminal, view, answerAfterMs }: DemoOptions): number {
  const patience = answerAfterMs === 0 ? "" : `; the demo approves by itself in ${answerAfterMs / 1_000} s`;
  view.release();
  terminal.print(
    `\n${terminal.out.yellow("A person is asked:")} ${gate.prompt ?? gate.name}\n` +
      `Answer from a second terminal${patience}:\n\n` +
      `  npx runfleet approve ${gate.runId} --feedback "fine with me"\n` +
      `  npx runfleet reject ${gate.runId} --feedback "not with this licence"\n`,
  );
  return Date.now();
}

const answeredByOthers: ReadonlySet<string> = new Set(["gate_answered", "gate_not_found", "run_ended"]);

async function answer(client: FleetClient, gate: GateDocument): Promise<void> {
  try {
    await client.approve(gate.runId, gate.address, { feedback: "approved by the demo" });
  } catch (error) {
    // A person was faster, which is what the gate is for.
    if (!isRunfleetError(error) || !answeredByOthers.has(error.code)) throw error;
  }
}

async function summarise(
  client: FleetClient,
  shown: { readonly ended: RunDocument; readonly report: string; readonly terminal: Terminal },
): Promise<void> {
  const { ended, report, terminal } = shown;
  const colour = ended.status === "completed" ? terminal.out.green : terminal.out.red;
  terminal.print(`\n${ended.summary ?? ""}\n`);
  for (const { worker, runs } of await workerShares(client, ended.children)) {
    terminal.print(`  worker ${worker} executed ${runs} child runs`);
  }
  terminal.print(`\nrun ${ended.id} ${colour(ended.status)}\nreport ${report}`);
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, lookMs);
    signal.addEventListener("abort", finish, { once: true });
  });
  signal.throwIfAborted();
}

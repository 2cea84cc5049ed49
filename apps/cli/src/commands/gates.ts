/** `runfleet gates`: what waits for a person. */
import type { GateDocument } from "@runfleet/client";
import { doubtGateType, limits } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { wholeNumber } from "../parse-options.js";
import { renderTable } from "../render/table.js";
import { oneLine, untilWords } from "../render/words.js";
import { withFleet } from "../with-fleet.js";

interface Options {
  readonly run?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export function addGates(program: Command, cli: Cli): void {
  program
    .command("gates")
    .description("list open gates and how to answer them")
    .option("--run <run>", "only gates of this run")
    .option("--limit <n>", "rows of a page", wholeNumber("--limit", { min: 1, max: limits.pageRowsMax }), 50)
    .option("--cursor <cursor>", "the next page, as the page before says")
    .action((options: Options) => gates(cli, options));
}

async function gates(cli: Cli, { run, limit, cursor }: Options): Promise<void> {
  const { terminal } = cli;
  const page = await withFleet(cli, (fleet) =>
    fleet.gates({
      limit,
      ...(run === undefined ? {} : { runId: run }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
  );
  if (cli.globals().json === true) {
    terminal.printJson(page);
    return;
  }
  const [first] = page.gates;
  if (first === undefined) {
    terminal.note("no gate is open");
    return;
  }
  const now = Date.now();
  const head = ["RUN", "GATE", "WORKFLOW", "UNTIL", "PROMPT", "OPTIONS"];
  terminal.print(
    renderTable(
      head,
      page.gates.map((gate) => cells(gate, now)),
      terminal.out,
    ),
  );
  terminal.note(`answer with: ${howToAnswer(first)}`);
  if (page.cursor !== null) terminal.note(`more: --cursor ${page.cursor}`);
}

function cells(gate: GateDocument, now: number): string[] {
  return [
    gate.runId,
    gate.name,
    gate.workflow,
    untilWords(Date.parse(gate.deadline), now).replace("until ", ""),
    oneLine(gate.prompt ?? "", 60),
    Object.keys(gate.options ?? {}).join(","),
  ];
}

function howToAnswer({ runId, name, gateType }: GateDocument): string {
  const approve = `runfleet approve ${runId} ${name}`;
  return gateType === doubtGateType
    ? `${approve} --select retry   (or --select done --result JSON, or --select fail)`
    : `${approve}   (or reject)`;
}

/** `runfleet gates`: what waits for a person. */
import type { GateDocument } from "@runfleet/client";
import { limits } from "@runfleet/model";
import type { Command } from "commander";
import type { Cli } from "../cli.js";
import { wholeNumber } from "../parse-options.js";
import { howToAnswer } from "../render/how-to-answer.js";
import { renderTable } from "../render/table.js";
import { oneLine, timeSpan, untilWords } from "../render/words.js";
import { typedProgram } from "../typed-command.js";
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
  if (page.gates.length === 0) {
    terminal.note("no gate is open");
    return;
  }
  const now = Date.now();
  const shown = columns.filter(({ isAsked }) => isAsked === undefined || page.gates.some(isAsked));
  const head = shown.map(({ title }) => title);
  const rows = page.gates.map((gate) => shown.map(({ cell }) => cell(gate, now)));
  terminal.print(renderTable(head, rows, terminal.out));
  const answers = page.gates.flatMap((gate) => howToAnswer(gate, typedProgram(cli.env)) ?? []);
  if (answers[0] !== undefined) terminal.note(`answer with: ${answers[0]}`);
  if (page.cursor !== null) terminal.note(`more: --cursor ${page.cursor}`);
}

interface Column {
  readonly title: string;
  readonly cell: (gate: GateDocument, now: number) => string;
  /** Left out unless a gate of the page has something to show here. */
  readonly isAsked?: (gate: GateDocument) => boolean;
}

const columns: readonly Column[] = [
  { title: "RUN", cell: ({ runId }) => runId },
  { title: "GATE", cell: ({ name }) => name },
  { title: "WORKFLOW", cell: ({ workflow }) => workflow },
  { title: "LABEL", cell: ({ label }) => oneLine(label ?? "", 30), isAsked: ({ label }) => label !== null },
  {
    title: "PART OF",
    cell: ({ ancestors }) => ancestors.map(({ workflow, runId }) => `${workflow} ${runId}`).join(" < "),
    isAsked: ({ ancestors }) => ancestors.length > 0,
  },
  { title: "WHO", cell: (gate) => gate.as ?? "", isAsked: (gate) => gate.as !== null },
  { title: "OPEN FOR", cell: ({ since }, now) => timeSpan(Math.max(0, now - Date.parse(since))) },
  {
    title: "UNTIL",
    cell: ({ deadline }, now) => untilWords(Date.parse(deadline), now).replace("until ", ""),
  },
  { title: "PROMPT", cell: ({ prompt }) => oneLine(prompt ?? "", 60) },
  {
    title: "OPTIONS",
    cell: ({ options }) => Object.keys(options ?? {}).join(","),
    isAsked: ({ options }) => options !== null,
  },
];

/** What people can type, for the help of every command. A test parses each line. No behaviour but adding them. */
import type { Command } from "commander";

/** A line to type, without the program's name, and what it does. */
type Example = readonly [line: string, says: string];

const run = "01JD4Q3Z8M6T5V2W9X7Y1A0BCD";

/** By the command's words: `schedule add`. */
const examples: Readonly<Record<string, readonly Example[]>> = {
  demo: [["demo --once", "the demo, ended with its run"]],
  dev: [
    ["dev", "Redis, two workers and the server until Ctrl-C"],
    ["dev --port 0 --workers 4", "any free port, four workers"],
    ["dev --redis redis://127.0.0.1:6379", "on a Redis that is there"],
  ],
  worker: [
    ["worker --redis redis://redis:6379", "one worker of the pool default"],
    ["worker --pools gpu,default --concurrency 4", "takes runs of both pools, four at once"],
  ],
  server: [
    ["server", "on http://127.0.0.1:3000"],
    ["server --host 0.0.0.0 --port 8080", "for others; wants RUNFLEET_API_TOKENS"],
  ],
  publish: [
    ["publish review.wf", "one workflow"],
    ["publish workflows", "every .wf file of a folder, all or none"],
  ],
  validate: [
    ["validate workflows --strict", "warnings are errors too"],
    ["validate review.wf --json", "findings for an editor or a build"],
  ],
  check: [
    [
      "check workflows --against redis://127.0.0.1:6379",
      "what a deployment would break, run by run; exit code 1",
    ],
    ["check --failed", "the configuration alone; failed runs, which may be retried, count too"],
  ],
  fmt: [
    ["fmt workflows", "lays out every .wf file"],
    ["fmt workflows --check", "changes nothing; exit code 2 when a file is laid out differently"],
  ],
  graph: [
    ["graph review.wf", "Mermaid text, for a README"],
    ["graph review.wf --format svg > review.svg", "a picture"],
  ],
  types: [
    ["types workflows --out src/workflows.ts", "a typed reference to every workflow of a folder"],
    [
      "types workflows --out src/workflows.ts --check",
      "changes nothing; exit code 2 when it is not up to date",
    ],
  ],
  start: [
    ["start review.wf --input pr=7 --wait", "publishes the file, starts it, shows it until its end"],
    ["start review-pr --input pr=7 --idempotency-key pr-7", "a published workflow, once however often"],
    ["start nightly --delay 90s --priority 5 --pool gpu", "later, behind others, for certain workers"],
    ["start deploy --inputs-file inputs.json", "inputs that nobody else on this machine shall see"],
    ["start review-pr --many prs.jsonl", "a run per line of the file"],
  ],
  list: [
    ["list --status waiting", "what waits"],
    ["list --workflow review-pr --limit 100 --json", "a page for a program; its cursor gives the next"],
    [`list --parent ${run}`, "the child runs of a run"],
    ["list --roots --status failed", "what failed, without the child runs it failed for"],
    ['list --label "PR 7" --status failed', "what failed of the runs with a label"],
    ['list --label-prefix "PR "', "runs whose label begins so"],
  ],
  show: [
    [`show ${run}`, "its steps, and what it waits for"],
    [`show ${run} --json`, "everything a program may want to know"],
  ],
  watch: [[`watch ${run}`, "until it has ended"]],
  events: [
    [`events ${run} --follow`, "what was, then what happens"],
    [`events ${run} --after 1796039997076-0 --json`, "what came after an event"],
  ],
  logs: [
    [`logs ${run}`, "what all its steps have said"],
    [`logs ${run} build --follow`, "one step, until the run has ended"],
  ],
  explain: [[`explain ${run}`, "one sentence, and what to do"]],
  cancel: [
    [`cancel ${run} --reason "wrong branch"`, "one run with all below it"],
    ["cancel --workflow review-pr --older-than 2h --dry-run", "how many these would be, and which"],
  ],
  terminate: [[`terminate ${run}`, "at once"]],
  retry: [
    [`retry ${run}`, "one failed run"],
    ["retry --status failed --workflow review-pr --rate 10", "all failed ones, ten a second"],
  ],
  rerun: [
    [`rerun ${run}`, "the same again"],
    [`rerun ${run} --latest --input pr=8 --wait`, "with the newest version and another input"],
  ],
  fork: [[`fork ${run} --from deploy`, "keeps what came before the step deploy"]],
  gates: [
    ["gates", "everything that waits for a person"],
    [`gates --run ${run} --json`, "those of one run"],
  ],
  approve: [
    [`approve ${run}`, "the only gate that is open"],
    [`approve ${run} human_review --select now --feedback "ship it"`, "with a choice and a word"],
    [
      `approve ${run} charge --select done --result '{"context":"charged"}'`,
      "says how a step in doubt ended",
    ],
  ],
  reject: [[`reject ${run} human_review --feedback "not with this licence"`, "and says why"]],
  signal: [
    [`signal ${run} paid`, "a name is enough"],
    [`signal ${run} paid --data '{"amount":12}' --id payment-4711`, "with data, counted once"],
  ],
  schedule: [["schedule list", "what is due next"]],
  "schedule add": [
    ['schedule add nightly --workflow backup --cron "0 3 * * *" --tz Europe/Berlin', "every night at three"],
    ["schedule add sync --workflow sync --every 10m --overlap skip", "an interval, one run at a time"],
  ],
  "schedule list": [["schedule list --json", "all of them, for a program"]],
  "schedule show": [["schedule show nightly", "with its newest due times"]],
  "schedule remove": [["schedule remove nightly", "its runs stay"]],
  "schedule pause": [["schedule pause nightly", "until it is resumed"]],
  "schedule resume": [["schedule resume nightly", "missed due times are not made up"]],
  "schedule run": [["schedule run nightly", "one more, now"]],
  limit: [["limit list", "what is set, and what is in use"]],
  "limit set": [
    ["limit set review-pr --concurrency 10 --per-key 2", "ten at once, two of each key"],
    ["limit set review-pr --rate 100/1m --burst 20", "a hundred starts a minute"],
  ],
  "limit list": [["limit list", "who holds places, who waits for one"]],
  "limit remove": [["limit remove review-pr", "its definition decides again"]],
  scaling: [["scaling show", "of the pool default: how many workers, and why"]],
  "scaling show": [["scaling show gpu --json", "all that the number follows from, for a program"]],
  "scaling set": [
    [
      "scaling set default --max 20 --target 10s",
      "up to twenty workers, no run waits longer than ten seconds",
    ],
    ["scaling set gpu --min 1 --busy-workers keep-all", "never empty, and nobody goes while anybody is busy"],
  ],
  "scaling remove": [["scaling remove gpu", "the defaults decide again"]],
  usage: [
    ["usage", "the last 30 days"],
    ["usage --days 7 --workflow review", "one workflow in a week"],
    ["usage --from 2026-11-01 --to 2026-11-30 --json", "a month for a program"],
  ],
  fleet: [
    ["fleet", "workers, and what waits in each pool"],
    ["fleet --json", "the same for a program"],
  ],
  completion: [
    ["completion bash > ~/.local/share/bash-completion/completions/runfleet", "once, for bash"],
    ["completion zsh > ~/.zfunc/_runfleet", "once, for zsh, where fpath has ~/.zfunc"],
    ["completion fish > ~/.config/fish/completions/runfleet.fish", "once, for fish"],
  ],
  complete: [["complete -- start rev", "what a shell asks for"]],
  doctor: [["doctor --redis redis://redis:6379", "before it is used in earnest"]],
};

/** To the help of every command, below its options. */
export function addExamples(program: Command): void {
  for (const [command, words] of commandsOf(program)) {
    const lines = examplesOf(words);
    if (lines.length === 0) continue;
    const width = Math.max(...lines.map(([line]) => line.length));
    const isNarrow = width <= widthMax;
    const shown = lines.map(([line, says]) => {
      const typed = `  ${program.name()} ${line}`;
      return isNarrow
        ? `${typed.padEnd(width + program.name().length + 3)}  # ${says}`
        : `${typed}\n      # ${says}`;
    });
    command.addHelpText("after", `\nExamples:\n${shown.join("\n")}`);
  }
}

export function examplesOf(words: string): readonly Example[] {
  return examples[words] ?? [];
}

/** Wider ones have what they do below them. */
const widthMax = 48;

/** Every command below this one with its words, in the order of the help. */
export function commandsOf(program: Command, before: readonly string[] = []): (readonly [Command, string])[] {
  return program.commands.flatMap((command) => {
    const words = [...before, command.name()];
    return [[command, words.join(" ")] as const, ...commandsOf(command, words)];
  });
}

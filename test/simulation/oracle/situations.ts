/**
 * What the random programs must really come upon, or agreeing about them would prove little. Counted over accounts:
 * one program counts once per situation.
 */
import type { Account } from "./lines.js";

/** Name → a line of the account that shows it, and in how many of the first 5,000 programs it must be found at least. */
type Situation = readonly [name: string, where: keyof Account, line: RegExp, least: number];

const record = (kind: string, status: string) => new RegExp(`^\\S+ ${status} .*"kind":"${kind}"`, "m");

const ends: readonly (readonly [kind: string, statuses: Readonly<Record<string, number>>])[] = [
  ["call", { completed: 900, failed: 300, timed_out: 100, cancelled: 60, skipped: 100 }],
  ["script", { completed: 150, failed: 40, timed_out: 10, cancelled: 5 }],
  ["child", { completed: 150, failed: 50, timed_out: 10, cancelled: 5 }],
  ["gate", { completed: 150, failed: 100, timed_out: 40, cancelled: 10 }],
  ["sleep", { completed: 150, failed: 50, cancelled: 5 }],
  ["foreach", { completed: 150, failed: 100, cancelled: 10 }],
];

// biome-ignore format: one row per situation reads as the table it is
const others: readonly Situation[] = [
  ["run completed", "timeline", /^\S+ run\.completed/m, 400],
  ["run failed", "timeline", /^\S+ run\.failed/m, 400],
  ["run cancelled", "timeline", /^\S+ run\.cancelled/m, 40],
  ["run timed out", "timeline", /^\S+ run\.timed_out/m, 20],
  ["run that completed although it was cancelled", "timeline", /run\.cancelling[\s\S]*run\.completed/, 5],
  ["always block cut off", "timeline", /step\.cancelled .*"reason":"the time for the always block is over"/, 5],
  ["always block whose second step runs after the first failed", "timeline", /step\.failed \{"address":"a\.0"[\s\S]*"address":"a\.1"/, 20],
  ["workflow_status seen by a step", "asked", /"workflow_status":"failed"/, 100],
  ["retry at once", "timeline", /step\.retrying .*"delayMs":0,/, 80],
  ["retry after a pause", "timeline", /step\.retrying .*"delayMs":[1-9]/, 60],
  ["pause that was cancelled", "timeline", /"attempt":(\d+)[^\n]*"delayMs":[1-9][^\n]*\n(?:[^\n]*\n){0,3}\S+ step\.cancelled/, 3],
  ["third attempt", "records", /#3 /, 30],
  ["retry that knows the failure before it", "asked", /"retryError"/, 100],
  ["failure that forbids a retry", "records", /#1 failed/, 300],
  ["step in doubt that a person lets run", "timeline", /step\.in_doubt[\s\S]*gate\.resolved .*"selections":\["retry"\]/, 20],
  ["step in doubt that a person calls done", "asked", /"given":\{/, 20],
  ["step in doubt that a person gives up", "timeline", /step\.failed .*"code":"in_doubt"/, 10],
  ["step in doubt that is stopped", "timeline", /step\.in_doubt \{"address":"(\S+?)"[^\n]*\n(?:(?!gate\.resolved)[^\n]*\n)*\S+ step\.cancelled \{"address":"\1"/, 5],
  ["attempt after one that may have had its effect", "asked", /"mayHaveRun":true/, 60],
  ["attempt after one that certainly had none", "asked", /runAction \{(?!.*mayHaveRun).*"retryError"/, 30],
  ["failure forgiven", "timeline", /step\.skipped .*on_fail = continue/, 80],
  ["on_fail agent", "records", /^\S+\.f#1 (completed|failed)/m, 80],
  ["on_fail agent stopped", "records", /^\S+\.f#1 cancelled/m, 5],
  ["on_fail agent that knows why", "asked", /"failure_reason":"[^"]/, 80],
  ["attempt told to stop after its timeout", "asked", /abortAttempt .*"reason":"timeout"/, 100],
  ["child told to stop after its timeout", "asked", /cancelChild .*"reason":"timeout"/, 10],
  ["step too deep for a child", "timeline", /"code":"depth_limit"/, 10],
  ["branch taken", "timeline", /branch\.taken .*"taken":true/, 200],
  ["branch not taken", "timeline", /branch\.taken .*"taken":false/, 200],
  ["loop ends by its condition", "timeline", /loop\.ended .*"iterations":[1-9].*"reason":"condition"/, 60],
  ["loop never entered", "timeline", /loop\.ended .*"iterations":0.*"reason":"condition"/, 60],
  ["loop ends at its cap and goes on", "timeline", /loop\.ended .*"iterations":[1-9].*"max_iterations"/, 20],
  ["loop fails at its cap", "timeline", /loop\.ended .*"iterations":[1-9].*"loop_limit"/, 20],
  ["loop stuck after several iterations", "timeline", /loop\.ended .*"iterations":[2-9].*"loop_stuck"/, 20],
  ["loop stuck after a change", "timeline", /loop\.ended .*"iterations":[4-9].*"loop_stuck"/, 3],
  ["loop that ends with a failed iteration", "timeline", /loop\.ended .*"reason":"failed"/, 60],
  ["loop that goes on after a failed iteration", "records", /@0\.\S+ failed[\s\S]*@1\.\S+ (completed|failed)/, 20],
  ["loop in a loop", "timeline", /loop\.iterated .*@\d+\..*"iteration":1/, 20],
  ["parallel with failed branches that succeeds", "timeline", /parallel\.ended .*"failed":[1-9].*"skipped"/, 60],
  ["branch stopped by fail_fast", "timeline", /step\.cancelled .*"reason":"fail_fast"/, 40],
  ["branch skipped by its condition", "timeline", /step\.skipped .*condition/, 100],
  ["parallel that leaves merged markers", "remembered", /^result checks .*"markers":\["/m, 60],
  ["gate approved by a person", "timeline", /gate\.resolved .*"approved"|"by":"ann"/, 60],
  ["gate rejected", "timeline", /gate\.resolved .*"by":"(ann|resolver)".*"rejected"/, 10],
  ["gate approved by a resolver", "timeline", /gate\.resolved .*"by":"resolver".*"approved"/, 15],
  ["gate approved by a signal", "timeline", /gate\.resolved .*"by":"signal"/, 15],
  ["gate asked twice", "asked", /pollGate[\s\S]*pollGate/, 20],
  ["gate without options to choose from", "timeline", /step\.failed .*"step_failed"},"name":"(look|check)"/, 5],
  ["gate timed out", "timeline", /gate\.timed_out/, 60],
  ["feedback of a gate seen by a step", "asked", /"gate_feedback":"[^"]/, 30],
  ["quality gate passed", "timeline", /gate\.resolved .*"by":"threshold".*"approved"/, 10],
  ["quality gate failed", "timeline", /gate\.resolved .*"by":"threshold".*"rejected"/, 60],
  ["items in a window", "timeline", /item_started[^\n]*\n\S+ fanout\.item_started/, 60],
  ["item that waits for another", "timeline", /item_ended[^\n]*\n\S+ fanout\.item_started/, 60],
  ["item failed", "timeline", /item_ended .*"failed"/, 60],
  ["item skipped with what it waits for", "timeline", /item_ended .*"skipped"/, 10],
  ["items halted by a failed one", "asked", /cancelChild .*"an item failed"/, 10],
  ["items stalled", "timeline", /foreach_stalled/, 15],
  ["items that wait for each other", "timeline", /step\.failed .*"items_failed"},"name":"each"/, 30],
  ["item cancelled", "timeline", /item_ended .*"cancelled"/, 10],
  ["foreach over nothing", "timeline", /fanout\.collected .*"count":0/, 20],
  ["item inputs filled in", "asked", /"given":"p\d+ /, 10],
  ["list from an input, from an output, from nowhere", "asked", /collectItems .*"source":"\[1\]"/, 40],
  ["list from a structured output", "asked", /collectItems .*"source":"(\[\\"v|t\d)/, 5],
  ["contexts of a child run", "remembered", /^context .*"bubbled":true/m, 60],
  ["text members as variables", "asked", /"text":"(t\d|it's)"/, 200],
  ["variables of the worker", "asked", /"text":"from the worker"/, 100],
  ["secret in variables of an action", "asked", /runAction .*"(token|text)":"of the sea"/, 200],
  ["secret in a script", "asked", /runScript .*"command":"[^"]*of the sea/, 60],
  ["secret in a poll of a gate", "asked", /pollGate .*"of the sea"/, 60],
  ["secret in pieces to a child", "asked", /startChild .*"secretInputs":\{"given":"as <token>/, 60],
  ["secret that a variable of the worker hides", "asked", /startChild .*"given":"as known/, 2],
  ["value quoted for the shell", "asked", /runScript .*'it'\\\\''s/, 5],
  ["scope of a block in a call", "asked", /runAction .*"with":\["\w+","\w+"\]/, 60],
  ["dry run", "asked", /"dryRun":true/, 40],
  ["signal nobody waits for", "timeline", /signal\.received/, 300],
];

const table: readonly Situation[] = [
  ...ends.flatMap(([kind, statuses]) =>
    Object.entries(statuses).map(
      ([status, least]): Situation => [`${kind} ${status}`, "records", record(kind, status), least],
    ),
  ),
  ...others,
];

export function createCount() {
  const found = new Map(table.map(([name]) => [name, 0]));
  let programs = 0;
  return {
    add(account: Account): void {
      programs += 1;
      for (const [name, where, line] of table) {
        const text = account[where];
        if (line.test(typeof text === "object" ? text.join("\n") : String(text)))
          found.set(name, (found.get(name) ?? 0) + 1);
      }
    },
    programs: () => programs,
    /** Situations that were found less often than they must be. */
    missing: () =>
      table.flatMap(([name, , , least]) =>
        (found.get(name) ?? 0) < least ? [`${name}: ${found.get(name)} of ${least}`] : [],
      ),
  };
}

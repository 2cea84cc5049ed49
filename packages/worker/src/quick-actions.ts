/**
 * Which actions end at once, as this worker has seen them do: the commit that starts one of these may be held back
 * until it has ended (`held-start.ts`). A guess, kept in memory and for this process alone: one that is wrong shows a
 * start some milliseconds late. Unknown actions are not quick. Decides nothing about runs.
 *
 *   unknown → (a quick end) → quick → (outlasted, or slow) → mistaken → (quick ends in a row) → quick
 */

export interface QuickActions {
  isQuick(action: string): boolean;
  /** An attempt of the action took so long, however it ended. */
  took(action: string, durationMs: number): void;
  /** An attempt went on for longer than its start could be held back. */
  outlasted(action: string): void;
}

/**
 * So long an action may keep its process from doing anything else. What it awaits is cut short earlier, by the end of the
 * hold; on a busy worker the time of an action that awaits nothing has the turns of many others in it.
 */
const quickMs = 25;
/** Quick ends that are wanted of an unknown action, whose first attempt is slow in a fresh process. */
const endsAtFirst = 1;
/** And in a row of one that was mistaken for quick: what is slow now and then is seldom tried. */
const endsAfterMistake = 10;
/** Names come from workflows, so there may be any number of them; the oldest are forgotten. */
const namesMax = 1_000;

export function createQuickActions(): QuickActions {
  /** How many quick ends are wanted yet. */
  const wanted = new Map<string, number>();

  const want = (action: string, ends: number): void => {
    if (wanted.size >= namesMax && !wanted.has(action)) wanted.delete(wanted.keys().next().value as string);
    wanted.set(action, ends);
  };

  return {
    isQuick: (action) => wanted.get(action) === 0,
    took(action, durationMs) {
      const ends = wanted.get(action) ?? endsAtFirst;
      if (durationMs <= quickMs) {
        if (ends > 0) want(action, ends - 1);
      } else if (wanted.has(action)) want(action, endsAfterMistake);
    },
    outlasted: (action) => want(action, endsAfterMistake),
  };
}

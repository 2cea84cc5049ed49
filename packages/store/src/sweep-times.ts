/**
 * Times both stores use for what they tell sweepers and lists.
 */

/** A run that still wants to be woken is told again after this: long enough that a backlog is gone through in turn. */
export const wakeableAgainMs = 30_000;

/** A worker that is silent for longer is not listed any more; workers announce themselves every few seconds. */
export const presenceKeptMs = 60_000;

/**
 * Times both stores use for what they tell sweepers and lists.
 */

/** A run that still wants to be woken is told again after this: long enough that a backlog is gone through in turn. */
export const wakeableAgainMs = 30_000;

/**
 * And after this for each run in the row: a sweeper tells two hundred in five seconds, so those that were told are due again when
 * all others have been.
 */
export const wakeableAgainPerRunMs = 25;

/** An owner that was heard of within this time need not say so again with a commit: nobody looks closer than to seconds. */
export const signOfLifeMs = 500;

/** A worker that is silent for longer is not listed any more; workers announce themselves every few seconds. */
export const presenceKeptMs = 60_000;

/** What was decided about the size of a pool that nobody asked about for a day makes room for other pools. */
export const turnsKeptMs = 86_400_000;

/** A pool that no run was created for within this time is known by its workers, its policy or its last turn only. */
export const poolsUsedMs = 86_400_000;

/** How much longer than asked for the keys of an ended child live: a sweeper has that long to see its root is there. */
export const childGraceMs = 86_400_000;

/** An ended child whose root is open is looked at again after this. */
export const childRenewMs = 86_400_000;

/** A removed run with a child that has not ended is looked at again after this. */
export const orphansAgainMs = 30_000;

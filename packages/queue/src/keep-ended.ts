/** How long ended jobs stay in the queue when nobody says otherwise. The runs themselves are kept by the store. */

export interface KeepEnded {
  readonly ageMs: number;
  readonly count: number;
}

/**
 * Per pool, completed and failed jobs each; a job must satisfy both bounds. A week is what people look back at in Bull
 * Board; 10,000 jobs of about 1 kB bound the memory at 20 MB whatever the load.
 */
export const keepEndedDefault: KeepEnded = { ageMs: 7 * 24 * 60 * 60 * 1000, count: 10_000 };

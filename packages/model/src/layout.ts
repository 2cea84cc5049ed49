/**
 * The layout of what lies in Redis, as a number that is raised with every change that code of before cannot read. What
 * this build writes and reads; processes of several builds that share a layout work side by side. The rules, and what
 * each layout changed: `docs/guides/upgrading.md`.
 */
export interface Layout {
  /** What this build writes. */
  readonly version: number;
  /** The oldest layout whose code may write beside this build: it reads what this build writes. */
  readonly oldestWriter: number;
  /** The oldest layout that this build reads. */
  readonly oldestRead: number;
}

export const layout: Layout = { version: 1, oldestWriter: 1, oldestRead: 1 };

/** What a worker tells the fleet about itself. It is for people; nothing is decided by it. */
export interface WorkerPresence {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly pools: readonly string[];
  readonly slots: number;
  readonly busy: number;
  readonly version: string;
  /** Set by the store. */
  readonly lastSeen: number;
}

/** The seam to what feeds sinks: the facts of all runs in one order, and each sink's place among them. Part of the store. */
import type { FleetEvent } from "./fact.js";

export interface FleetEventPage {
  readonly events: readonly FleetEvent[];
  /** True when events right after `after` may have been dropped from the feed before they were read. */
  readonly isCut: boolean;
}

/** Where a sink stands, and who feeds it. */
export interface SinkPlace {
  readonly sink: string;
  /** Who has its place now, and until when (epoch ms) unless it renews. Absent: nobody. */
  readonly holder?: { readonly workerId: string; readonly until: number };
  /** Time (epoch ms) of the oldest event in the feed that it has not got. Absent: it has them all. */
  readonly behindSince?: number;
}

export type SinkReply =
  /** `after`: the place up to which the sink has everything; before the first event `0-0`. */
  { readonly tag: "held"; readonly after: string } | { readonly tag: "busy" };

export interface SinkFeed {
  /** Facts of all runs after `after`, oldest first. Only the newest are kept. */
  readFleetEvents(request: { after: string; limit: number }): Promise<FleetEventPage>;
  /**
   * Gives one worker at a time a sink's place in the feed, for `ttlMs`; asking again renews, 0 gives it back. With
   * `after` the place moves, which only the worker that has it may do.
   */
  claimSink(request: { sink: string; workerId: string; ttlMs: number; after?: string }): Promise<SinkReply>;
  /** By name. Those that a worker has ever asked for; of more than `limit` some. */
  listSinks(request: { limit: number }): Promise<readonly SinkPlace[]>;
}

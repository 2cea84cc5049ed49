/** What counting needs: where to count, and what time it is. */
import type { Recorder } from "@runfleet/metrics";
import type { Clock } from "../clock.js";

export interface MeterOptions {
  readonly recorder: Recorder<"worker">;
  readonly clock: Clock;
}

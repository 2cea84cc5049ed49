/** What is counted: the catalogue, and the recorder that counts by it. */
export { catalogue } from "./catalogue.js";
export { describeCatalogue, seriesMax } from "./describe-catalogue.js";
export { otherValue, runOutcome } from "./labels.js";
export type { MetricEntry, MetricPart } from "./metric-entry.js";
export {
  type Counter,
  createRecorder,
  type Gauge,
  type Histogram,
  type MetricReading,
  type Recorder,
  type SeriesReading,
} from "./recorder.js";

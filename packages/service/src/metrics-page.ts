/** What a process answers when it is scraped. */
import type { MetricPart, Recorder } from "@runfleet/metrics";

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** Loads what a page needs, so that the first one does not hold up a process that is at work. */
export async function prepareMetricsPage(): Promise<void> {
  await import("./prometheus-text.js");
}

export async function metricsPage(recorder: Recorder<MetricPart>): Promise<MetricsPage> {
  const { prometheusText } = await import("./prometheus-text.js");
  const text = prometheusText(await recorder.read());
  return { contentType: "text/plain; version=0.0.4; charset=utf-8", text };
}

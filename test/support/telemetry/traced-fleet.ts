/** A client and a worker in this process that send their spans to a collector, on a real Redis and a namespace of their own. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type FleetClient } from "@runfleet/client";
import { startTelemetry } from "@runfleet/service";
import { createFleetWorker, type WorkerConfig } from "@runfleet/worker";
import { silentLog } from "../silent-log.js";
import { type OtlpCollector, openCollector } from "./otlp-collector.js";

export interface TracedFleet {
  readonly fleet: FleetClient;
  readonly namespace: string;
  readonly collector: OtlpCollector;
  /** Lines of the worker's log at `info`. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** What the SDK complained about. */
  readonly trouble: readonly string[];
  close(): Promise<void>;
}

/** Sets the `OTEL_*` variables of this process; a process can do so once. */
export async function openTracedFleet(
  redisUrl: string,
  options: { readonly config: WorkerConfig; readonly workflows: readonly string[] },
): Promise<TracedFleet> {
  const { config, workflows } = options;
  const collector = await openCollector();
  process.env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = `${collector.url}/v1/traces`;
  process.env["OTEL_BSP_SCHEDULE_DELAY"] = "20";
  const lines: Readonly<Record<string, unknown>>[] = [];
  const trouble: string[] = [];
  const log = (line: string): void => void trouble.push(line);
  const telemetry = await startTelemetry({ serviceName: "traced", instanceId: "one", log });
  const namespace = `traced-${randomUUID().slice(0, 8)}`;
  const workDir = await mkdtemp(join(tmpdir(), "runfleet-traced-"));
  const fleet = createClient({ redis: redisUrl, namespace });
  await fleet.publish(workflows.map((source) => ({ source })));
  const worker = await createFleetWorker({
    ...{ redisUrl, namespace, workDir, workerId: "w1", config },
    log: { ...silentLog, info: (message, fields) => void lines.push({ message, ...fields }) },
  });
  return {
    ...{ fleet, namespace, collector, lines, trouble },
    async close() {
      await fleet.close();
      await worker.stop();
      await telemetry.stop();
      await collector.close();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}

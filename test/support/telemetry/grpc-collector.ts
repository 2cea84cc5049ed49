/** A receiver of OTLP over gRPC: takes what OpenTelemetry's exporters really send, decodes it, and shows what came. */
import { fileURLToPath } from "node:url";
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

export interface GrpcCollector {
  readonly url: string;
  /** Names of spans, in the order in which they came. */
  readonly spans: readonly string[];
  /** The newest value of each sum by the metric's name. */
  readonly sums: ReadonlyMap<string, number>;
  close(): void;
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly name: string }[] }[];
  }[];
}

interface Metrics {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum: { readonly dataPoints: readonly { readonly asDouble: number }[] } | null;
      }[];
    }[];
  }[];
}

/** `answers` false: it takes everything and never says so. */
export async function openGrpcCollector({ answers }: { readonly answers: boolean }): Promise<GrpcCollector> {
  const spans: string[] = [];
  const sums = new Map<string, number>();
  const server = new Server();
  const serve = <Sent>(signal: "trace" | "metrics", take: (sent: Sent) => void): void => {
    server.addService(serviceOf(signal), {
      Export(call: { readonly request: Sent }, done: (error: null, reply: object) => void) {
        take(call.request);
        if (answers) done(null, {});
      },
    });
  };
  serve<Traces>("trace", ({ resourceSpans }) => {
    for (const { scopeSpans } of resourceSpans)
      for (const scope of scopeSpans) spans.push(...scope.spans.map(({ name }) => name));
  });
  serve<Metrics>("metrics", ({ resourceMetrics }) => {
    const metrics = resourceMetrics.flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap((each) => each.metrics),
    );
    for (const { name, sum } of metrics)
      if (sum !== null)
        sums.set(
          name,
          sum.dataPoints.reduce((total, { asDouble }) => total + asDouble, 0),
        );
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { url: `http://127.0.0.1:${port}`, spans, sums, close: () => server.forceShutdown() };
}

function serviceOf(signal: "trace" | "metrics"): ServiceClientConstructor["service"] {
  const file = fileURLToPath(new URL(`${signal}-service.proto`, import.meta.url));
  const loaded = loadPackageDefinition(loadSync(file, { longs: Number, enums: String, defaults: true }));
  const name = `${signal === "trace" ? "Trace" : "Metrics"}Service`;
  const path = ["opentelemetry", "proto", "collector", signal, "v1", name];
  const found = path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], loaded);
  return (found as ServiceClientConstructor).service;
}

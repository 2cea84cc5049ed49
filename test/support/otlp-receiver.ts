/** Receives OTLP over HTTP as JSON and keeps what it says about metrics: the newest of each process. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly asInt?: string | number;
  readonly count?: string | number;
}

interface Kind {
  readonly dataPoints: readonly Point[];
  readonly isMonotonic?: boolean;
  /** 2 = cumulative. */
  readonly aggregationTemporality?: number;
}

interface Request {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly ({ readonly name: string; readonly unit?: string } & {
        readonly [Of in "sum" | "gauge" | "histogram"]?: Kind;
      })[];
    }[];
  }[];
}

export interface ReceivedMetric {
  readonly unit: string | undefined;
  readonly type: "sum" | "gauge" | "histogram";
  readonly isMonotonic: boolean | undefined;
  readonly temporality: number | undefined;
  /** Values, or numbers of observations, by the values of the labels but the namespace. */
  readonly values: Readonly<Record<string, number>>;
}

export interface OtlpReceiver {
  readonly url: string;
  /** By `service.name`, then by the metric's name. */
  metrics(service: string): ReadonlyMap<string, ReceivedMetric>;
  readonly contentTypes: ReadonlySet<string>;
  close(): Promise<void>;
}

export async function openOtlpReceiver(): Promise<OtlpReceiver> {
  const newest = new Map<string, ReadonlyMap<string, ReceivedMetric>>();
  const contentTypes = new Set<string>();
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const contentType = request.headers["content-type"] ?? "";
      contentTypes.add(contentType);
      if (request.url === "/v1/metrics" && contentType.startsWith("application/json")) {
        for (const [service, metrics] of received(JSON.parse(body.toString()) as Request))
          newest.set(service, metrics);
      }
      response.writeHead(200, { "content-type": contentType }).end(contentType.includes("json") ? "{}" : "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    metrics: (service) => newest.get(service) ?? new Map(),
    contentTypes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function received(request: Request): (readonly [string, ReadonlyMap<string, ReceivedMetric>])[] {
  return request.resourceMetrics.map(({ resource, scopeMetrics }) => {
    const service = textsOf(resource.attributes)["service.name"] ?? "";
    const metrics = scopeMetrics.flatMap((scope) => scope.metrics.map(metricOf));
    return [service, new Map(metrics)] as const;
  });
}

function metricOf(
  metric: Request["resourceMetrics"][number]["scopeMetrics"][number]["metrics"][number],
): readonly [string, ReceivedMetric] {
  const type = (["sum", "gauge", "histogram"] as const).find((each) => metric[each] !== undefined) ?? "gauge";
  const { dataPoints = [], isMonotonic, aggregationTemporality } = metric[type] ?? {};
  const values = Object.fromEntries(
    dataPoints.map((point) => {
      const { namespace: _, ...own } = textsOf(point.attributes);
      return [Object.values(own).join(" "), Number(point.count ?? point.asDouble ?? point.asInt)];
    }),
  );
  return [metric.name, { type, unit: metric.unit, isMonotonic, temporality: aggregationTemporality, values }];
}

function textsOf(attributes: readonly Attribute[]): Readonly<Record<string, string>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ""]));
}

/**
 * A receiver of OTLP over HTTP: takes what OpenTelemetry's exporters really send, decodes the protocol buffers, and shows the
 * spans. Everything but traces is taken and forgotten.
 */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { loadSync, type MethodDefinition } from "@grpc/proto-loader";
import { eventually } from "../eventually.js";

export interface SeenSpan {
  readonly name: string;
  /** Hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the root. */
  readonly parentSpanId: string;
  readonly kind: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: string; readonly message: string };
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpCollector {
  readonly url: string;
  /** In the order in which they came. */
  readonly spans: readonly SeenSpan[];
  /** Of a run, and at least so many. */
  spansOf(runId: string, count: number): Promise<readonly SeenSpan[]>;
  close(): Promise<void>;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>> & { readonly value?: string };
}

interface SentSpan {
  readonly name: string;
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly kind: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly KeyValue[] }[];
  readonly links: readonly { readonly traceId: Buffer; readonly spanId: Buffer }[];
  readonly status: { readonly code: string; readonly message: string } | null;
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

const protocol = loadSync(fileURLToPath(new URL("trace-service.proto", import.meta.url)), {
  ...{ longs: String, enums: String, defaults: true, oneofs: true },
});
const service = protocol["opentelemetry.proto.collector.trace.v1.TraceService"] as unknown as {
  readonly Export: MethodDefinition<Sent, object>;
};

export async function openCollector(): Promise<OtlpCollector> {
  const spans: SeenSpan[] = [];
  const server = createServer((request, response) => {
    void receive(request).then((received) => {
      spans.push(...received);
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    spansOf: (runId, count) =>
      eventually(`${count} spans of run ${runId} have come`, () => {
        const own = spans.filter(({ attributes }) => attributes["run.id"] === runId);
        return own.length >= count ? own : undefined;
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(request: IncomingMessage): Promise<readonly SeenSpan[]> {
  const body = await buffer(request);
  if (request.url !== "/v1/traces") return [];
  return service.Export.requestDeserialize(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => seen(span, valuesOf(resource.attributes)))),
  );
}

function seen(span: SentSpan, resource: SeenSpan["resource"]): SeenSpan {
  const { name, kind, startTimeUnixNano, endTimeUnixNano, status } = span;
  return {
    ...{ name, kind, resource, ...idsOf(span) },
    parentSpanId: span.parentSpanId.toString("hex"),
    startNs: BigInt(startTimeUnixNano),
    endNs: BigInt(endTimeUnixNano),
    attributes: valuesOf(span.attributes),
    events: span.events.map((event) => ({ name: event.name, attributes: valuesOf(event.attributes) })),
    links: span.links.map(idsOf),
    status: { code: status?.code ?? "UNSET", message: status?.message ?? "" },
  };
}

function idsOf({ traceId, spanId }: { readonly traceId: Buffer; readonly spanId: Buffer }) {
  return { traceId: traceId.toString("hex"), spanId: spanId.toString("hex") };
}

function valuesOf(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const kind = value.value ?? "";
      return [key, kind === "intValue" ? Number(value[kind]) : value[kind]];
    }),
  );
}

/**
 * KEDA's protocol for scalers of others (`externalscaler.ExternalScaler`), as the descriptor that messages are read and
 * written by, and the shapes that handlers see. Numbers of fields are the protocol's and never change.
 */
import type { fromJSON } from "@grpc/proto-loader";

const field = (type: string, id: number, rule?: "repeated") => ({
  type,
  id,
  ...(rule === undefined ? {} : { rule }),
});
const call = (requestType: string, responseType: string) => ({ requestType, responseType });

const descriptor = {
  nested: {
    externalscaler: {
      nested: {
        ScaledObjectRef: {
          fields: {
            name: field("string", 1),
            namespace: field("string", 2),
            scalerMetadata: { keyType: "string", type: "string", id: 3 },
          },
        },
        IsActiveResponse: { fields: { result: field("bool", 1) } },
        GetMetricSpecResponse: { fields: { metricSpecs: field("MetricSpec", 1, "repeated") } },
        MetricSpec: {
          fields: {
            metricName: field("string", 1),
            targetSize: field("int64", 2),
            targetSizeFloat: field("double", 3),
          },
        },
        GetMetricsRequest: {
          fields: { scaledObjectRef: field("ScaledObjectRef", 1), metricName: field("string", 2) },
        },
        GetMetricsResponse: { fields: { metricValues: field("MetricValue", 1, "repeated") } },
        MetricValue: {
          fields: {
            metricName: field("string", 1),
            metricValue: field("int64", 2),
            metricValueFloat: field("double", 3),
          },
        },
        ExternalScaler: {
          methods: {
            IsActive: call("ScaledObjectRef", "IsActiveResponse"),
            StreamIsActive: { ...call("ScaledObjectRef", "IsActiveResponse"), responseStream: true },
            GetMetricSpec: call("ScaledObjectRef", "GetMetricSpecResponse"),
            GetMetrics: call("GetMetricsRequest", "GetMetricsResponse"),
          },
        },
      },
    },
  },
};

/** The library's types want comments of every method and know no maps; it reads this all the same. */
export const externalScalerDescriptor = descriptor as unknown as Parameters<typeof fromJSON>[0];

/** What a trigger says about itself. */
export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}

export interface IsActiveResponse {
  readonly result: boolean;
}

/** Whole numbers and floats say the same; which one is read depends on the version of who asks. */
export interface GetMetricSpecResponse {
  readonly metricSpecs: readonly {
    readonly metricName: string;
    readonly targetSize: number;
    readonly targetSizeFloat: number;
  }[];
}

export interface GetMetricsRequest {
  readonly scaledObjectRef: ScaledObjectRef | null;
  readonly metricName: string;
}

export interface GetMetricsResponse {
  readonly metricValues: readonly {
    readonly metricName: string;
    readonly metricValue: number;
    readonly metricValueFloat: number;
  }[];
}

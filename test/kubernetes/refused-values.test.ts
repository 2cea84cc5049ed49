// Values that the chart refuses instead of rendering what Kubernetes, KEDA or our processes would refuse later, or what would stand
// silently: the schema where one value is wrong, templates/checks.yaml where several do not go together.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logComponents, logLevels, poolProblem, reservedPoolNames } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { findHelm, manifestsText, renderings, root } from "./render-chart.mjs";

const helm = findHelm();
describe.skipIf(helm === undefined)("with helm", () => {
  const program = helm ?? "";
  const minimal = { values: "minimal.yaml", release: "fleet" };
  test.each([
    ["a name that no value has", "server.replcas=3", /replcas/],
    ["a tag that moves", "image.tag=latest", /image\/tag/],
    ["a policy that the server would refuse", "pools.default.policy.targetMs=1", /targetMs/],
    ["a variable that the chart sets itself", "server.env[0].name=REDIS_URL", /server\/env\/0\/name/],
    ["a level of the log that is none", "log=info\\,lease=loud", /log/],
    ["no time to stop", "pools.default.graceSeconds=0", /graceSeconds/],
    ["no address of Redis", "redis.secret.name=", /redis\.secret\.name is required/],
    ["a server whose metrics nobody may read", "monitoring.enabled=true", /monitoring\.openMetrics/],
    ["no tokens", "server.tokens.name=", /server\.tokens\.name is required/],
    ["KEDA without a token", "autoscaling.kind=keda-metrics-api", /autoscaling\.token\.name is required/],
    [
      "KEDA's external scaler without its port",
      "autoscaling.kind=keda-external-push,autoscaling.token.name=x",
      /server\.grpc/,
    ],
    [
      "two pools whose Deployments would have one name",
      "pools.a_b.replicas=1,pools.a-b.replicas=1",
      /same name/,
    ],
    ["a pool that no worker may be called by", "pools.Gpu.replicas=1", /Gpu/],
    ["a port that needs a capability", "server.port=80", /server\/port/],
    ["one port for two", "server.grpc.enabled=true,server.grpc.port=3000", /both 3000/],
    ["more workers at least than at most", "pools.default.policy.min=11", /min 11 is more than max 10/],
    [
      "a Prometheus that may not reach the workers",
      "monitoring.enabled=true,monitoring.openMetrics=true",
      /networkPolicy\.metrics/,
    ],
    [
      "a KEDA that may not reach the scaler",
      "autoscaling.kind=keda-external-push,autoscaling.token.name=x,server.grpc.enabled=true",
      /networkPolicy\.scaler/,
    ],
    [
      "a KEDA that is not among those who may ask the server",
      "autoscaling.kind=keda-metrics-api,autoscaling.token.name=x,networkPolicy.http[0].ipBlock.cidr=10.0.0.0/8",
      /networkPolicy\.scaler/,
    ],
    [
      "a pool whose ScaledObject KEDA could not label",
      `autoscaling.kind=keda-metrics-api,autoscaling.token.name=x,pools.${"a".repeat(63)}.replicas=1`,
      /63 characters/,
    ],
  ])("%s is refused", (_what, set, message) => {
    expect(() => manifestsText(program, minimal, ["--set", set])).toThrow(message);
  });

  test.each(["1fleet", "my.fleet"])(
    "a release of which no Service can be called is refused: %s",
    (release) => {
      expect(() => manifestsText(program, { ...minimal, release })).toThrow(/begin with a letter/);
    },
  );
});

const schema = JSON.parse(readFileSync(join(root, "infra/helm/runfleet/values.schema.json"), "utf8"));

test("the chart refuses every variable that it sets itself, which would be there twice", () => {
  const rendered = renderings.map(({ file }) => readFileSync(file, "utf8")).join("\n");
  const set = [...rendered.matchAll(/^ +- name: ([A-Z][A-Z_]+)$/gm)].map(([, name]) => name);
  expect(schema.$defs.env.items.properties.name.not.enum).toEqual([...new Set(set)].sort());
});

test("the chart takes the components and levels of the log that processes take", () => {
  const entry = `((${Object.keys(logComponents).join("|")})=)?(${logLevels.join("|")})`;
  expect(schema.properties.log.pattern).toBe(`^(${entry}(, *${entry})*)?$`);
});

test("the chart takes the pools that workers take, as far as Kubernetes has labels for them", () => {
  const { pattern, not } = schema.properties.pools.propertyNames;
  expect(not.enum).toEqual([...reservedPoolNames]);
  for (const pool of [
    "default",
    "gpu.large",
    "a_b",
    "7",
    "a".repeat(63),
    "A",
    "a b",
    "",
    ".a",
    "a".repeat(64),
  ])
    expect({ pool, taken: new RegExp(pattern).test(pool) }).toEqual({
      ...{ pool, taken: poolProblem(pool) === undefined },
    });
});

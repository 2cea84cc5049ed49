/** Generated definitions for properties: written with the builder, so each is one that a program could have made. */

import type { DurationText } from "@runfleet/language";
import * as build from "@runfleet/language";
import { type Definition, formatDuration, type Node, type ParallelBranch } from "@runfleet/model";
import fc from "fast-check";

const keywords = [
  "do",
  "meta",
  "required",
  "default",
  "if",
  "workflow",
  "while",
  "call",
  "continue",
  "true",
  "sleep",
];
const plainName = fc.stringMatching(/^[a-z_][A-Za-z0-9_-]{0,8}$/).filter((name) => name !== "__proto__");
const name = fc.oneof({ weight: 5, arbitrary: plainName }, fc.constantFrom(...keywords));
const text = fc.oneof(
  fc.constantFrom("", "a", "true", "12", "a.b", "x {{y}}", '\\"'),
  fc.string({ unit: "binary" }),
);
/** Made of inputs that every definition has. */
const limitKey = fc.constantFrom("{{a}}", '{{a}} "\\"\n{{ inputs.b }}', "{{a}}💥{ }");
const someText = text.filter((value) => value !== "");
const map = fc.dictionary(
  fc.oneof(name, someText).filter((key) => key !== "__proto__"),
  text,
  { maxKeys: 3 },
);
const texts = fc.array(text, { maxLength: 3 });
const count = fc.oneof(fc.nat(5), fc.constant(0xffff_ffff));
const duration = fc
  .oneof(fc.nat(), fc.constantFrom(0, 1000, 90_000, 86_400_000))
  .map((durationMs) => formatDuration(durationMs) as DurationText);
const action = fc.oneof(
  plainName.filter((value) => !keywords.includes(value)),
  someText.filter((value) => !value.split(/[/\\]/).includes("..")),
);
const step = fc.oneof(name, someText).filter((value) => !value.includes(".") && value !== "__proto__");
const marker = fc.tuple(step, fc.oneof(name, someText)).map(([a, b]): `${string}.${string}` => `${a}.${b}`);
const condition = fc.oneof(marker, step);
const failOrContinue = fc.constantFrom("fail" as const, "continue" as const);

/** An object with some of the members. */
function some<T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return fc.record(shape, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

const retry = {
  retries: count,
  retryDelay: duration,
  backoff: fc.constantFrom("fixed" as const, "exponential" as const),
  onFail: fc.oneof(fc.constant("continue" as const), action),
  as: text,
  timeout: duration,
};
const callOptions = { ...retry, output: text, with: texts, pluginDirs: texts, maxTurns: count };
const loopOptions = fc.record(
  { maxIterations: count, stuckAfter: count, onMaxIter: failOrContinue },
  { requiredKeys: ["maxIterations"] },
);
const blockOptions = { output: text, with: texts };
const branch: fc.Arbitrary<ParallelBranch> = fc
  .tuple(action, some({ ...callOptions, if: marker }))
  .map(([agent, options]) => build.branch(agent, options as object));

const waitingGate = fc
  .record({
    gateName: fc.oneof(name, fc.constant("quality_gate")),
    kind: fc.constantFrom("human_review", "signal", "pr_approval", "my-type"),
    options: some({
      prompt: text,
      minApprovals: count,
      timeout: duration,
      onTimeout: failOrContinue,
      as: text,
      options: fc.oneof(map, marker, fc.uniqueArray(someText.filter((value) => value !== "__proto__"))),
    }),
    params: fc.dictionary(
      plainName.map((key) => `p-${key}`),
      text,
      { maxKeys: 2 },
    ),
  })
  .map(({ gateName, kind, options, params }) =>
    build.gate(gateName, {
      ...(options as object),
      type: kind,
      params: kind === "human_review" ? {} : params,
    }),
  );

const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.tuple(action, some(callOptions)).map(([agent, options]) => build.call(agent, options as object)),
  fc
    .tuple(name, someText, some({ ...retry, env: map }))
    .map(([label, run, options]) => build.script(label, { run, ...(options as object) })),
  fc
    .tuple(name, some({ ...retry, inputs: map }))
    .map(([workflow, options]) => build.callWorkflow(workflow, options as object)),
  waitingGate,
  fc
    .tuple(name, someText, fc.nat(100), some({ onFail: failOrContinue, as: text }))
    .map(([label, source, threshold, options]) =>
      build.qualityGate(label, { source, threshold, ...(options as object) }),
    ),
  fc
    .tuple(name, fc.oneof(duration, fc.constant("{{pause}}")))
    .map(([label, pause]) => build.sleep(label, pause as DurationText)),
  fc
    .tuple(
      name,
      fc.record({ over: someText, maxParallel: count, workflow: someText }),
      some({
        scope: map,
        filter: map,
        inputs: map,
        ordered: fc.boolean(),
        onCycle: fc.constantFrom("fail" as const, "warn" as const),
        onChildFail: fc.constantFrom("halt" as const, "continue" as const, "skip_dependents" as const),
      }),
    )
    .map(([label, required, options]) => build.foreach(label, { ...required, ...(options as object) })),
  fc
    .tuple(
      fc.array(branch, { minLength: 1, maxLength: 3 }),
      some({ ...blockOptions, name, failFast: fc.boolean(), minSuccess: count }),
    )
    .map(([branches, options]) => build.parallel(branches, options as object)),
);

const { node } = fc.letrec<{ node: Node; body: Node[] }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.tuple(condition, tie("body")).map(([test, body]) => build.when(test, body)),
    fc.tuple(condition, tie("body")).map(([test, body]) => build.unless(test, body)),
    fc
      .tuple(marker, loopOptions, tie("body"))
      .map(([test, options, body]) => build.whileLoop(test, options as { maxIterations: number }, body)),
    fc
      .tuple(marker, loopOptions, tie("body"))
      .map(([test, options, body]) => build.doWhile(test, options as { maxIterations: number }, body)),
    fc.tuple(tie("body"), some(blockOptions)).map(([body, options]) => build.block(body, options as object)),
    tie("body").map((body) => build.always(body)),
  ),
  body: fc.array(tie("node"), { maxLength: 3 }),
}));

const input = fc.oneof(
  fc.constantFrom("required" as const, "optional" as const, "boolean" as const),
  fc.record({ required: fc.constant(false as const), description: text }),
  fc.record(
    { required: fc.constant(true as const), default: text, description: text },
    { requiredKeys: ["required"] },
  ),
  fc.record({ default: text, description: text }, { requiredKeys: ["default"] }),
  fc.record({ required: fc.boolean(), secret: fc.constant(true as const), description: text }),
  fc.record(
    { type: fc.constant("boolean" as const), default: fc.boolean(), description: text },
    { requiredKeys: ["type"] },
  ),
);
/** Any definition that text can express, keywords as names and every character in texts included. */
export const anyDefinition: fc.Arbitrary<Definition> = fc
  .record({
    label: name,
    options: some({
      title: text,
      description: text,
      trigger: fc.constantFrom("manual" as const, "pr" as const, "scheduled" as const),
      targets: texts,
      group: text,
      timeout: duration,
      concurrency: fc.record(
        { key: limitKey, limit: fc.integer({ min: 1, max: 99 }), total: fc.constant(7) },
        { requiredKeys: ["key", "limit"] },
      ),
      rate: fc.record(
        { key: limitKey, limit: fc.constant(9), per: fc.constantFrom("1m", "250ms"), burst: fc.constant(3) },
        { requiredKeys: ["limit", "per"] },
      ),
      pool: fc.constantFrom("gpu", "eu-1.large"),
      inputs: fc.dictionary(
        fc.oneof(name, someText).filter((key) => key !== "__proto__"),
        input,
        { maxKeys: 4 },
      ),
      always: fc.array(node, { maxLength: 2 }),
    }),
    body: fc.array(node, { maxLength: 4 }),
  })
  .map(({ label, options, body }) => {
    const inputs = { ...options.inputs, a: "optional", b: "optional" };
    return build.workflow(label, { ...options, inputs } as object, body);
  });

/** Everything an attempt left: context, markers, output, error, usage, its child. What is empty is left out. */
import type { StepDocument } from "@runfleet/model";
import { Link } from "wouter";
import { LongText } from "../parts/long-text";
import { between, clockTime, count, dollars, duration } from "../words";

type Row = readonly [name: string, value: React.ReactNode];

export function StepDetail({ step }: { readonly step: StepDocument }) {
  const facts = [...placeRows(step), ...usageRows(step)].filter(([, value]) => value !== null);
  const texts = textRows(step).filter(([, text]) => text !== "");
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <dl className="detail">
        {texts.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <LongText name={name} text={text} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function placeRows(step: StepDocument): readonly Row[] {
  const { address, startedAt, endedAt, markers, childRunId, keptFrom, progress } = step;
  return [
    ["Address", <code key="address">{address}</code>],
    ["Began", startedAt === null ? null : clockTime(startedAt)],
    ["Ended", endedAt === null ? null : clockTime(endedAt)],
    ["Took", startedAt === null || endedAt === null ? null : between(startedAt, endedAt, 0)],
    ["Markers", markers.length === 0 ? null : markers.join(", ")],
    ["Child", childRunId === null ? null : <Link href={`/runs/${childRunId}`}>{childRunId}</Link>],
    ["Kept from", keptFrom === null ? null : <Link href={`/runs/${keptFrom}`}>{keptFrom}</Link>],
    [
      "Items",
      progress === null
        ? null
        : `${progress.completed} of ${progress.total} completed, ${progress.failed} failed, ${progress.skipped} skipped`,
    ],
  ];
}

function usageRows({ usage }: StepDocument): readonly Row[] {
  if (usage === null) return [];
  const { costUsd = 0, turns = 0, durationMs = 0, inputTokens = 0, outputTokens = 0 } = usage;
  const { cacheReadInputTokens = 0, cacheCreationInputTokens = 0 } = usage;
  const cache = cacheReadInputTokens + cacheCreationInputTokens;
  return [
    ["Cost", costUsd === 0 ? null : dollars(costUsd)],
    [
      "Tokens",
      inputTokens + outputTokens === 0 ? null : `${count(inputTokens)} in, ${count(outputTokens)} out`,
    ],
    [
      "Cache",
      cache === 0 ? null : `${count(cacheReadInputTokens)} read, ${count(cacheCreationInputTokens)} written`,
    ],
    ["Turns", turns === 0 ? null : count(turns)],
    ["Work", durationMs === 0 ? null : duration(durationMs)],
  ];
}

function textRows(step: StepDocument): readonly (readonly [name: string, text: string])[] {
  const { error, resultText, context, output } = step;
  const isEmpty = output === null || output === undefined;
  return [
    ["Error", error === null ? "" : `${error.code}: ${error.message}`],
    ["Result", resultText ?? ""],
    ["Context", context ?? ""],
    ["Output", isEmpty ? "" : JSON.stringify(output, null, 2)],
  ];
}

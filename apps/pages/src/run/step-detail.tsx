/** Everything a step left: context, markers, output, error, usage, its child. */
import type { StepDocument } from "@runfleet/model";
import { Link } from "wouter";
import { clockTime, count, dollars } from "../words";

export function StepDetail({ step }: { readonly step: StepDocument }) {
  const { usage, progress } = step;
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ["Address", <code key="address">{step.address}</code>],
    ["Began", step.startedAt === null ? null : clockTime(step.startedAt)],
    ["Ended", step.endedAt === null ? null : clockTime(step.endedAt)],
    ["Markers", step.markers.length === 0 ? null : step.markers.join(", ")],
    ["Result", step.resultText],
    [
      "Context",
      step.context === null || step.context === "" ? null : <pre key="context">{step.context}</pre>,
    ],
    ["Output", isEmpty(step.output) ? null : <pre key="output">{JSON.stringify(step.output, null, 2)}</pre>],
    ["Error", step.error === null ? null : `${step.error.code}: ${step.error.message}`],
    [
      "Child",
      step.childRunId === null ? null : <Link href={`/runs/${step.childRunId}`}>{step.childRunId}</Link>,
    ],
    [
      "Kept from",
      step.keptFrom === null ? null : <Link href={`/runs/${step.keptFrom}`}>{step.keptFrom}</Link>,
    ],
    [
      "Items",
      progress === null
        ? null
        : `${progress.completed} of ${progress.total} completed, ${progress.failed} failed`,
    ],
    ["Cost", usage?.costUsd === undefined || usage.costUsd === 0 ? null : dollars(usage.costUsd)],
    [
      "Tokens",
      usage?.inputTokens === undefined
        ? null
        : `${count(usage.inputTokens)} in, ${count(usage.outputTokens ?? 0)} out`,
    ],
  ];
  return (
    <dl className="detail">
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function isEmpty(output: unknown): boolean {
  return output === null || output === undefined;
}

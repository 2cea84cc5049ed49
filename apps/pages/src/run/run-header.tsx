/** How a run stands, in one look: status, why, whose, how long, what it cost. */
import type { RunExplanation } from "@runfleet/client";
import type { RunDocument } from "@runfleet/model";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Status } from "../parts/status";
import { Ago, useNow } from "../parts/time";
import { between, clockTime, count, dollars, localTimes } from "../words";

export function RunHeader({
  run,
  why,
}: {
  readonly run: RunDocument;
  readonly why: RunExplanation | undefined;
}) {
  const now = useNow(run.endedAt === null);
  const { totals } = run;
  return (
    <section className="card">
      <h1>
        {run.label ?? run.workflow} <Status status={run.status} />
        {run.dryRun ? <span className="badge calm">dry run</span> : null}
      </h1>
      {why === undefined ? null : <Why why={why} />}
      <dl className="facts">
        <Fact name="Run">
          <code>{run.id}</code>
        </Fact>
        <Fact name="Workflow">
          <Link href={`/?workflow=${encodeURIComponent(run.workflow)}`}>{run.workflow}</Link>
        </Fact>
        <Fact name="Started">
          <Ago iso={run.startedAt ?? run.createdAt} />
        </Fact>
        <Fact name="Took">{between(run.startedAt, run.endedAt, now)}</Fact>
        <Fact name="Worker">{run.owner ?? "none"}</Fact>
        <Origin run={run} />
        {run.recoveries === 0 ? null : <Fact name="Takeovers">{run.recoveries}</Fact>}
        {totals.hasLlmMetrics ? (
          <>
            <Fact name="Cost">{dollars(totals.costUsd)}</Fact>
            <Fact name="Tokens">
              {count(totals.inputTokens)} in, {count(totals.outputTokens)} out
            </Fact>
          </>
        ) : null}
      </dl>
      {run.error === null ? null : (
        <p className="note bad">
          <strong>{run.error.code}</strong> {run.error.message}
        </p>
      )}
    </section>
  );
}

/** What the run was made by, where it was neither a person nor a program. */
function Origin({ run: { schedule, scheduledFor, rerunOf, forkOf } }: { readonly run: RunDocument }) {
  return (
    <>
      {schedule === null ? null : (
        <Fact name="Schedule">
          <Link href="/schedules">{schedule}</Link>
          {scheduledFor === null ? " by hand" : ` for ${clockTime(scheduledFor)}`}
        </Fact>
      )}
      {rerunOf === null ? null : (
        <Fact name="Rerun of">
          <Link href={`/runs/${rerunOf}`}>{rerunOf}</Link>
        </Fact>
      )}
      {forkOf === null ? null : (
        <Fact name="Fork of">
          <Link href={`/runs/${forkOf.runId}`}>{forkOf.runId}</Link> from {forkOf.address}
        </Fact>
      )}
    </>
  );
}

/** What stands between backticks is to be typed. */
function withCommands(text: string): ReactNode[] {
  return text.split("`").map((part, index) => (index % 2 === 0 ? part : <code key={part}>{part}</code>));
}

function Why({ why }: { readonly why: RunExplanation }) {
  return (
    <p className="why">
      {localTimes(why.sentence)} <span className="quiet">{withCommands(why.remedy)}</span>
      {why.because === null ? null : (
        <>
          {" "}
          <Link href={`/runs/${why.because.id}`}>
            {why.because.workflow}: {localTimes(why.because.sentence)}
          </Link>
        </>
      )}
    </p>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

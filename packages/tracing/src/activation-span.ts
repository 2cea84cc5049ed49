/**
 * The span of one activation. It ends with the activation, whatever still goes on, so that a run that waits for weeks has no
 * span that lasts for weeks. It is linked to the span of the run's start, and belongs to its trace while the run is young.
 */
import { context, type Link, type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { Disposition, Activation as OpenedRun } from "@runfleet/model";
import { attributes, spanWords } from "./attributes.js";
import { failureIn, noteFailure } from "./failures.js";
import { createStepSpans, type StepSpans } from "./step-spans.js";
import { contextUnder, spanContextIn } from "./trace-context.js";
import { currentTracer, quietly } from "./tracer.js";

export interface ActivationPlace {
  readonly namespace: string;
  readonly workerId: string;
  /** Epoch ms. */
  readonly now: number;
}

/** Backends put a trace together while its spans come in; what comes much later is a trace of its own, with a link. */
const joinMsMax = 3_600_000;

/** Does the work inside a span and answers as it does. Without a tracer it only does the work. */
export function traceActivation(
  opened: OpenedRun,
  place: ActivationPlace,
  work: (steps: StepSpans | undefined) => Promise<Disposition>,
): Promise<Disposition> {
  const tracer = currentTracer();
  const begun = tracer && quietly(() => beginActivation(tracer, opened, place));
  return begun === undefined ? work(undefined) : workWithin(begun, work);
}

async function workWithin(
  { span, active, steps }: ReturnType<typeof beginActivation>,
  work: (steps: StepSpans | undefined) => Promise<Disposition>,
): Promise<Disposition> {
  try {
    const disposition = await context.with(active, () => work(steps));
    quietly(() => noteEnd(span, disposition));
    return disposition;
  } catch (error) {
    quietly(() => {
      span.setAttribute(attributes.activationEnd, "broke");
      noteFailure(span, failureIn(error));
    });
    throw error;
  } finally {
    steps.abandon();
    quietly(() => span.end());
  }
}

function beginActivation(tracer: Tracer, { run, fence, tookOver }: OpenedRun, place: ActivationPlace) {
  const { namespace, workerId, now } = place;
  const start = spanContextIn(run);
  const links: Link[] = start === undefined ? [] : [{ context: start }];
  const isOld = now - (run.readyAt ?? run.createdAt) > joinMsMax;
  // What is not sampled stays so: a trace of its own would be sampled anew.
  const isOwn = isOld && start !== undefined && (start.traceFlags & 1) === 1;
  const common = {
    [attributes.namespace]: namespace,
    [attributes.runId]: run.id,
    [attributes.workflowName]: run.workflow,
    [attributes.workflowVersion]: run.definitionHash,
    [attributes.workerId]: workerId,
    [attributes.fencingToken]: String(fence.generation),
  };
  const span = tracer.startSpan(
    `${spanWords.activation} ${run.workflow}`,
    { kind: SpanKind.CONSUMER, links, attributes: { ...common, [attributes.tookOver]: tookOver } },
    contextUnder(isOwn ? undefined : start),
  );
  const active = trace.setSpan(context.active(), span);
  return { span, active, steps: createStepSpans(tracer, active, common) };
}

function noteEnd(span: Span, disposition: Disposition): void {
  span.setAttribute(attributes.activationEnd, disposition.type === "busy" ? "lost" : disposition.type);
  if (disposition.type !== "ended") return;
  const { status, error } = disposition;
  span.setAttribute(attributes.runStatus, status);
  if (status === "failed") noteFailure(span, { code: "run_failed", message: error ?? "the run failed" });
}

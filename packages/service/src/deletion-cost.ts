/**
 * Tells Kubernetes what it would cost to delete the pod this process is in, so that whoever scales in takes the cheapest one first:
 * the annotation `controller.kubernetes.io/pod-deletion-cost` of the own pod, a whole number. A courtesy: whatever goes wrong is
 * logged once and touches nothing else. Knows nothing of what the number means.
 */
import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";

export interface PodPlace {
  readonly name: string;
  readonly namespace: string;
  /** Of Kubernetes' API, as every container is told it. */
  readonly apiHost: string;
  readonly apiPort: number;
}

export interface DeletionCostOptions {
  readonly pod: PodPlace;
  /** Whole number; the pod with the smallest goes first. */
  readonly cost: () => number;
  /** Gets one line when it begins to fail, and one when it works again. */
  readonly log: (line: string) => void;
  /** Where token and authority of the pod's account lie; both are read each time, since they are renewed. */
  readonly accountFolder?: string;
  /** How often the number is looked at; told is only what changed. */
  readonly everyMs?: number;
}

export interface DeletionCost {
  /** Says no more. What was said stays on the pod. */
  stop(): void;
}

const annotation = "controller.kubernetes.io/pod-deletion-cost";
const accountFolderOfPods = "/var/run/secrets/kubernetes.io/serviceaccount";
/** An autoscaler looks every fifteen seconds; each change is a write for the whole cluster. */
const defaultEveryMs = 10_000;
/** After a failure: who may not do it now may not in ten seconds either. */
const looksAfterFailure = 6;
const timeoutMs = 5_000;
const answerBytesMax = 2_000;
/** What the annotation may hold. */
const costMax = 2_147_483_647;

export function publishDeletionCost(options: DeletionCostOptions): DeletionCost {
  const { log, accountFolder = accountFolderOfPods } = options;
  const stopped = new AbortController();
  let told: number | undefined;
  let failed = false;
  let looksToPass = 0;
  let telling = false;

  const look = async (): Promise<void> => {
    const cost = Math.min(Math.max(Math.trunc(options.cost()), 0), costMax);
    if (telling || cost === told) return;
    if (looksToPass > 0) {
      looksToPass -= 1;
      return;
    }
    telling = true;
    try {
      await tell(cost, { pod: options.pod, accountFolder, signal: stopped.signal });
      told = cost;
      if (failed) log("the cost of deleting this pod is told to Kubernetes again");
      failed = false;
    } catch (error) {
      looksToPass = looksAfterFailure - 1;
      if (!failed && !stopped.signal.aborted) log(explain(error));
      failed = true;
    } finally {
      telling = false;
    }
  };
  const timer = setInterval(() => void look(), options.everyMs ?? defaultEveryMs);
  timer.unref();
  void look();
  return {
    stop() {
      clearInterval(timer);
      stopped.abort();
    },
  };
}

function explain(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `the cost of deleting this pod is not told to Kubernetes: ${why}; its account needs the verb patch on pods`;
}

async function tell(
  cost: number,
  { pod, accountFolder, signal }: { pod: PodPlace; accountFolder: string; signal: AbortSignal },
): Promise<void> {
  const token = (await readFile(join(accountFolder, "token"), "utf8")).trim();
  const ca = await readFile(join(accountFolder, "ca.crt"), "utf8");
  const body = JSON.stringify({ metadata: { annotations: { [annotation]: String(cost) } } });
  const agent = new Agent({ ca });
  try {
    await patch({
      pod,
      token,
      body,
      agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } finally {
    agent.destroy();
  }
}

function patch({
  pod,
  token,
  body,
  agent,
  signal,
}: {
  readonly pod: PodPlace;
  readonly token: string;
  readonly body: string;
  readonly agent: Agent;
  readonly signal: AbortSignal;
}): Promise<void> {
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`;
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: pod.apiHost, port: pod.apiPort, path, agent, signal, method: "PATCH" },
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/merge-patch+json",
          "content-length": Buffer.byteLength(body),
          accept: "application/json",
        },
      },
      (answer) => {
        const status = answer.statusCode ?? 0;
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          if (text.length < answerBytesMax) text += part;
        });
        answer.on("error", reject);
        answer.on("end", () =>
          status >= 200 && status < 300
            ? resolve()
            : reject(new Error(`it answers ${status} ${messageIn(text)}`)),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** What Kubernetes says in words; of an answer that is none of its, nothing. */
function messageIn(text: string): string {
  return /"message":\s*"((?:[^"\\]|\\.){0,300})/.exec(text)?.[1] ?? "";
}

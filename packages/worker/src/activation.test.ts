import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "@runfleet/engine";
import type {
  CallNode,
  Definition,
  Disposition,
  NewRun,
  Node,
  Activation as OpenedRun,
  RunStore,
} from "@runfleet/model";
import { limits, RunfleetError } from "@runfleet/model";
import { createMemoryLeases, createMemoryStore } from "@runfleet/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLog, silentRunLog } from "../../../test/support/silent-log.js";
import type { AnyAction } from "./action.js";
import { Activation } from "./activation.js";
import { systemClock } from "./clock.js";
import { createQuickActions } from "./quick-actions.js";
import { createRedactor } from "./redactor.js";
import { createRegistry } from "./registry.js";

const ttlMs = 60_000;
let dir: string;
let store: ReturnType<typeof createMemoryStore>;
let runs = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "runfleet-activation-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));
beforeEach(() => {
  store = createMemoryStore({ now: Date.now });
});

function call(name: string, more: Partial<CallNode> = {}): CallNode {
  return {
    kind: "call",
    agent: { kind: "name", value: name },
    retries: 0,
    with: [],
    pluginDirs: [],
    ...more,
  };
}

function definition(body: Node[]): Definition {
  return { name: "w", description: "", trigger: "manual", targets: [], inputs: [], body, always: [] };
}

async function openRun(): Promise<OpenedRun> {
  runs += 1;
  const id = `RUN${runs}`;
  const run: NewRun = {
    ...{
      id,
      workflow: "w",
      definitionHash: "h",
      rootId: id,
      depth: 0,
      inputs: {},
      dryRun: false,
      failFast: true,
    },
    ...{
      stepTimeoutMs: 60_000,
      pluginDirs: [],
      triggeredByHook: false,
      pool: "default",
      createdAt: Date.now(),
    },
  };
  await store.createRun(run);
  return takeOver(id);
}

/** Gives the run to a new owner, whoever has it: the lease is given back at once, as if it had run out. */
async function takeOver(runId: string): Promise<OpenedRun> {
  const leases = createMemoryLeases({ now: Date.now, store });
  const acquired = await leases.acquire(runId, ttlMs);
  if (acquired.tag !== "held") throw new Error("the lease is held");
  const reply = await store.activate({
    runId,
    leaseToken: acquired.lease.token,
    owner: "w1",
    recoveriesMax: 5,
  });
  if (reply.tag !== "activated") throw new Error(reply.tag);
  await leases.release(acquired.lease);
  return reply.activation;
}

function activationOf(
  opened: OpenedRun,
  body: Node[],
  options: { actions?: AnyAction[]; store?: RunStore; stopGraceMs?: number } = {},
): Activation {
  return new Activation({
    opened,
    plan: compile(definition(body)),
    injected: {},
    context: {
      run: opened.run,
      fence: opened.fence,
      registry: createRegistry({ actions: options.actions ?? [] }),
      ...{ scriptEnv: undefined, workingDir: () => dir, traceHeaders: {} },
      ...{ logDir: dir, log: silentLog, runLog: silentRunLog, killGraceMs: 100, redactor: createRedactor() },
      clock: systemClock,
      holdsRun: () => true,
    },
    ports: {
      store: options.store ?? store,
      clock: systemClock,
      log: silentLog,
      performOutbox: () => Promise.resolve([]),
      wakeParent: () => Promise.resolve([]),
      ...{ keptMs: () => 60_000, parallelMax: 8, quickActions: createQuickActions() },
      stopGraceMs: options.stopGraceMs ?? 10_000,
    },
  });
}

const instant: AnyAction = { name: "instant", run: () => Promise.resolve({ markers: ["ok"] }) };

/** An action that runs until it is aborted or released. */
function gated(name: string) {
  let release: () => void = () => undefined;
  const started = deferred();
  const reasons: unknown[] = [];
  const action: AnyAction = {
    name,
    run: ({ signal }: { signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        release = () => resolve({});
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          reject(new Error("aborted"));
        });
        started.resolve();
      }),
  };
  return { action, started: started.promise, reasons, release: () => release() };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function stepsOf(runId: string): Promise<string[]> {
  const { rows } = await store.readSteps({ runId, limit: limits.pageRowsMax });
  return rows.map((step) => `${step.name}#${step.attempt} ${step.status}`);
}

describe("activation", () => {
  it("runs consecutive steps inline and ends the run", async () => {
    const opened = await openRun();
    const disposition = await activationOf(opened, [call("instant"), call("instant")], {
      actions: [instant],
    }).run();
    expect(disposition).toEqual({ type: "ended", status: "completed" } satisfies Disposition);
    expect(await store.readRun(opened.run.id)).toMatchObject({ status: "completed" });
    expect(await stepsOf(opened.run.id)).toEqual(["instant#1 completed", "instant#1 completed"]);
  });

  it("commits once per step boundary", async () => {
    const opened = await openRun();
    const writes: string[] = [];
    const counting = new Proxy(store, {
      get(target, name: keyof typeof store) {
        if (["commit", "park", "finish"].includes(name)) writes.push(name);
        return Reflect.get(target, name) as unknown;
      },
    });
    await activationOf(opened, [call("instant"), call("instant"), call("instant")], {
      actions: [instant],
      store: counting,
    }).run();
    expect(writes).toEqual(["commit", "commit", "commit", "finish"]);
  });

  it("aborts its attempts and writes nothing more when it loses the lease", async () => {
    const opened = await openRun();
    const { action, started, reasons } = gated("slow");
    const activation = activationOf(opened, [call("slow")], { actions: [action] });
    const running = activation.run();
    await started;
    const before = await store.readRun(opened.run.id);
    activation.lose();
    expect(await running).toMatchObject({ type: "busy" });
    expect(reasons).toEqual(["lease_lost"]);
    expect(await store.readRun(opened.run.id)).toEqual(before);
  });

  it("ends at once when somebody else took the run over, and the new owner runs the attempt again", async () => {
    const opened = await openRun();
    const first = gated("slow");
    const zombie = activationOf(opened, [call("slow"), call("instant")], {
      actions: [first.action, instant],
    });
    const running = zombie.run();
    await first.started;
    const reopened = await takeOver(opened.run.id);
    expect(reopened).toMatchObject({ tookOver: true });
    first.release();
    expect(await running).toMatchObject({ type: "busy" });
    expect(await stepsOf(opened.run.id)).toEqual(["slow#1 running"]);
    const slow: AnyAction = { name: "slow", run: () => Promise.resolve({}) };
    await activationOf(reopened, [call("slow"), call("instant")], { actions: [slow, instant] }).run();
    expect(await stepsOf(opened.run.id)).toEqual(["slow#1 completed", "instant#1 completed"]);
  });

  it("repeats a write that Redis did not confirm, as the same commit", async () => {
    const opened = await openRun();
    let failures = 1;
    const flaky = new Proxy(store, {
      get(target, name: keyof typeof store) {
        if (name !== "commit") return Reflect.get(target, name) as unknown;
        const unconfirmed: RunStore["commit"] = async (commit) => {
          const reply = await target.commit(commit);
          failures -= 1;
          if (failures >= 0) throw new RunfleetError("redis_unavailable", "the answer was lost");
          return reply;
        };
        return unconfirmed;
      },
    });
    await activationOf(opened, [call("instant")], { actions: [instant], store: flaky }).run();
    const history = await store.readHistory({ runId: opened.run.id, limit: 100 });
    expect(history.filter((event) => event.type === "step.started")).toHaveLength(1);
    expect(await stepsOf(opened.run.id)).toEqual(["instant#1 completed"]);
  });

  it("yields at the next step boundary when it is stopped", async () => {
    const opened = await openRun();
    const { action, started, release } = gated("slow");
    const activation = activationOf(opened, [call("slow"), call("instant")], { actions: [action, instant] });
    const running = activation.run();
    await started;
    activation.stop();
    release();
    expect(await running).toEqual({ type: "yielded" });
    expect(await store.readRun(opened.run.id)).toMatchObject({ status: "pending", recoveries: 0 });
    expect(await stepsOf(opened.run.id)).toEqual(["slow#1 completed", "instant#1 running"]);
    const next = await takeOver(opened.run.id);
    expect(next.tookOver).toBe(false);
    expect(
      await activationOf(next, [call("slow"), call("instant")], { actions: [action, instant] }).run(),
    ).toMatchObject({ type: "ended" });
  });

  it("aborts what outlives the grace of a stop and leaves the attempt to the next owner", async () => {
    const opened = await openRun();
    const { action, started, reasons } = gated("slow");
    const activation = activationOf(opened, [call("slow")], { actions: [action], stopGraceMs: 20 });
    const running = activation.run();
    await started;
    activation.stop();
    expect(await running).toEqual({ type: "yielded" });
    expect(reasons).toEqual(["shutdown"]);
    expect(await stepsOf(opened.run.id)).toEqual(["slow#1 running"]);
  });

  it("parks until the deadline when only time can go on", async () => {
    const opened = await openRun();
    const disposition = await activationOf(opened, [{ kind: "sleep", name: "nap", for: "1h" }]).run();
    expect(disposition).toMatchObject({ type: "parked" });
    const until = disposition.type === "parked" ? disposition.until : undefined;
    expect((until ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    expect(await store.readRun(opened.run.id)).toMatchObject({
      status: "waiting",
      blockedOn: [{ type: "sleep", name: "nap" }],
    });
  });

  it("waits out a short time itself instead of giving the run away", async () => {
    const opened = await openRun();
    const body: Node[] = [{ kind: "sleep", name: "nap", for: "50ms" }, call("instant")];
    expect(await activationOf(opened, body, { actions: [instant] }).run()).toMatchObject({
      status: "completed",
    });
  });

  it("sees a cancel that was requested while it works", async () => {
    const opened = await openRun();
    const { action, started, reasons } = gated("slow");
    const activation = activationOf(opened, [call("slow")], { actions: [action] });
    const running = activation.run();
    await started;
    await store.requestCancel({ runId: opened.run.id, reason: "enough", by: "me" });
    activation.poke();
    expect(await running).toMatchObject({ type: "ended", status: "cancelled" });
    expect(reasons).toEqual(["cancelled"]);
  });
});

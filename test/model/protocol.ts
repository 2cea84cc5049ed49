/**
 * The protocol as one worker lives it. Read downward: each place is where a worker can be between two of its steps, each
 * step is one script, one call of BullMQ or redlock, or something it does by itself. Between any two steps anybody else
 * may do anything, and the worker may die or stand still for long. `correspondence.ts` says which file does which step.
 *
 *   idle → has a job → has a token → decides ⇄ performs → (errands) → moves the job → (looks → promotes) → idle
 *                                    (refused, lost) → releases ↗
 */
import type { Fence, Write, WriteReply } from "./scripts.js";
import { activateRun, errandsOf, runErrand, wakeJob, write } from "./scripts.js";
import type {
  Disposition,
  Errand,
  Job,
  Place,
  Redis,
  RunEvent,
  RunName,
  State,
  Worker,
  WorkerName,
} from "./state.js";
import { idle, storedOf, withStored, withWorker } from "./state.js";
import type { World } from "./worlds.js";

/** A worker at one of its places: what it may do next is written from its point of view. */
interface Scene {
  readonly world: World;
  readonly state: State;
  readonly name: WorkerName;
  readonly me: Worker;
  readonly run: RunName;
}

export interface Move {
  readonly does: string;
  readonly to: State;
  /** A worker that is not answered sends the same again. */
  readonly isRepeatable?: true;
}

type Act = (scene: Scene) => Move | undefined;

/** What a worker does at each place. */
const acts: Readonly<Record<Exclude<Place, "idle">, Act>> = {
  "has a job": drawToken,
  "has a token": activate,
  "has a number": activate,
  decides: writeDecision,
  performs: perform,
  "runs errands": doErrand,
  releases: releaseLease,
  "moves the job": moveJob,
  "looks again": lookAgain,
  promotes: promote,
};

/** Everything a worker may do now by itself. */
export function workerMoves(world: World, state: State, name: WorkerName): readonly Move[] {
  const me = state.workers[name];
  if (me.at === "idle" || me.run === undefined) return takeJob(world, state, name);
  const scene = { world, state, name, me, run: me.run };
  return [acts[me.at](scene), noticeLoss(scene)].filter((move) => move !== undefined);
}

/** 1. BullMQ hands out a waiting job. */
function takeJob({ runs }: World, state: State, name: WorkerName): Move[] {
  return runs.flatMap((run) => {
    if (storedOf(state.redis, run).job !== "waiting") return [];
    const redis = withStored(state.redis, run, { job: `active ${name}` });
    return [
      {
        does: `takes the job of ${run}`,
        to: withWorker({ ...state, redis }, name, { at: "has a job", run }),
      },
    ];
  });
}

/** 2. A token for the lease, which nobody else has. */
function drawToken({ world, state, name, run }: Scene): Move {
  const token = state.tokens + 1;
  const drawn = withWorker({ ...state, tokens: token }, name, { at: "has a token", token });
  if (world.defect !== "the number is drawn apart from the lease")
    return { does: `draws token ${token}`, to: drawn };
  if (storedOf(state.redis, run).lease !== 0) {
    const to = withWorker(state, name, { at: "moves the job", disposition: "rest" });
    return { does: `finds the lease of ${run} taken`, to };
  }
  const redis = withStored(state.redis, run, { lease: token });
  return { does: `takes the lease of ${run}`, to: { ...drawn, redis } };
}

/** 3. The lease, a new generation, and everything that is known of the run. Somebody else has the lease: the job rests. */
function activate({ world, state, name, me, run }: Scene): Move {
  const drawsApart = world.defect === "the number is drawn apart from the lease";
  if (drawsApart && me.at === "has a token") {
    const generation = state.tokens + 1;
    const to = withWorker({ ...state, tokens: generation }, name, { at: "has a number", generation });
    return { does: `draws number ${generation}`, to };
  }
  const number = drawsApart ? me.generation : 0;
  const { reply, redis } = activateRun(state.redis, {
    run,
    token: me.token,
    granted: state.granted,
    number,
    world,
  });
  if (reply !== "activated") {
    const disposition = reply === "ended" ? "done" : "rest";
    return {
      does: `may not activate ${run}: ${reply}`,
      to: withWorker(state, name, letGo(me, disposition)),
    };
  }
  const { generation, stage, inbox } = storedOf(redis, run).record;
  const granted = Math.max(state.granted, generation);
  const opened = { at: "decides", generation, commits: 1, stage, events: inbox } as const;
  return {
    does: `activates ${run} with generation ${generation}`,
    to: withWorker({ ...state, redis, granted }, name, opened),
    isRepeatable: true,
  };
}

/** What the engine wants next, from what this worker remembers. The runs: step, gate, end; start child, wait, end; step, end. */
function decide({ state, me, run, world }: Scene): Pick<Write, "kind" | "stage" | "results" | "outbox"> {
  const hasHeard = (event: RunEvent) => me.events.includes(event);
  const nothing = { results: 0, outbox: [] };
  if (hasHeard("cancelled")) return { kind: "finish", stage: "done", ...nothing };
  if (me.stage === "waiting") {
    const isOver =
      hasHeard("answered") || hasHeard("child ended") || (world.hasDeadline && state.isDeadlineOver);
    return isOver
      ? { kind: "finish", stage: "done", ...nothing }
      : { kind: "park", stage: "waiting", ...nothing };
  }
  if (run === "parent") return { kind: "park", stage: "waiting", results: 0, outbox: ["start child"] };
  if (!me.hasPerformed) return { kind: me.isStopping ? "release" : "commit", stage: "asked", ...nothing };
  if (run === "child") return { kind: "finish", stage: "done", results: 1, outbox: [] };
  return { kind: "park", stage: "waiting", results: 1, outbox: [] };
}

/** 4. The decision becomes durable before anything of it is performed. Refused: everything in hand is dropped. */
function writeDecision(scene: Scene): Move | undefined {
  const { world, state, name, me, run } = scene;
  const decided = decide(scene);
  if (
    decided.kind === "park" &&
    world.defect === "the job is parked before the run" &&
    me.disposition !== "sleep"
  ) {
    return {
      does: `moves the job of ${run} to sleep`,
      to: withWorker(putJob(scene, "sleeping"), name, { disposition: "sleep" }),
    };
  }
  const fence: Fence = { generation: me.generation, nonce: me.token };
  const gate = run === "solo" && decided.stage === "waiting" ? "open" : "shut";
  const timer = world.hasDeadline ? "at the deadline" : "none";
  const wanted: Write = { ...decided, run, fence, number: me.commits, gate, seen: me.events.length, timer };
  const { reply, redis } = write(state.redis, wanted, world);
  const does = `writes "${decided.kind}" for ${run}: ${reply}`;
  if (reply === "fenced") return { does, to: withWorker(state, name, letGo(me, "rest")) };
  const { inbox } = storedOf(redis, run).record;
  const mine = { commits: me.commits + 1, stage: decided.stage, hasPerformed: false, events: inbox };
  const next = nextPlace(reply, wanted.kind);
  const after =
    next === "leaves"
      ? afterLastWrite(me, wanted, { world, redis })
      : { ...mine, at: next, disposition: idle.disposition };
  return { does, to: withWorker({ ...state, redis }, name, after), isRepeatable: true };
}

function nextPlace(reply: WriteReply, kind: Write["kind"]): "decides" | "performs" | "leaves" {
  if (reply === "wake now") return "decides";
  return kind === "commit" ? "performs" : "leaves";
}

/** Where a write leads after which nobody owns the run; the lease has gone back with it. */
function afterLastWrite(
  me: Worker,
  { kind, run, outbox }: Write,
  { world, redis }: { readonly world: World; readonly redis: Redis },
): Worker {
  const isUntold = world.defect === "the parent is told after the end";
  const untold: readonly Errand[] = isUntold ? [{ does: "tell", run }] : [];
  const wakes = isUntold || redis.outbox.includes("wake parent") ? errandsOf("wake parent") : [];
  const told = run === "child" && kind === "finish" ? [...untold, ...wakes] : [];
  const errands = [...outbox.flatMap(errandsOf), ...told];
  const at = errands.length > 0 ? "runs errands" : "moves the job";
  return { ...letGo(me, dispositions[kind]), at, errands, token: 0 };
}

/** It remembers nothing of the run any more but what it still has to give back. */
function letGo({ run, token, isLate }: Worker, disposition: Disposition): Worker {
  return { ...idle, at: "releases", run, token, isLate, disposition };
}

const dispositions: Readonly<Record<Write["kind"], Disposition>> = {
  commit: "rest",
  park: "sleep",
  release: "back",
  finish: "done",
};

/** 5. The step itself, outside Redis. Whoever takes the run over before its result is written performs it again. */
function perform({ state, name, me, run }: Scene): Move {
  const to = withWorker(state, name, { at: "decides", hasPerformed: true });
  return { does: `performs the step of ${run} with token ${me.generation}`, to };
}

/** 6. What the last write asked for outside the run: children, wake-ups. Whoever repeats it changes nothing. */
function doErrand({ world, state, name, me }: Scene): Move {
  const [errand, ...errands] = me.errands;
  if (errand === undefined)
    return { does: "has no errand left", to: withWorker(state, name, { at: "moves the job" }) };
  const redis = runErrand(state.redis, errand, world);
  const at = errands.length > 0 ? me.at : "moves the job";
  return { does: tell(errand), to: withWorker({ ...state, redis }, name, { at, errands }) };
}

/** 7. Of a run that was not had, or was lost: the lease is given back before the job can be woken, if it is held. */
function releaseLease({ state, name, me, run }: Scene): Move {
  const isMine = storedOf(state.redis, run).lease === me.token;
  const redis = isMine ? withStored(state.redis, run, { lease: 0 }) : state.redis;
  return {
    does: `releases the lease of ${run}`,
    to: withWorker({ ...state, redis }, name, { at: "moves the job", token: 0 }),
  };
}

/** 8. The job goes where the activation says, if it is this worker's still. */
function moveJob(scene: Scene): Move {
  const { world, state, name, me, run } = scene;
  const isMine = storedOf(state.redis, run).job === `active ${name}`;
  const looks = me.disposition === "sleep" && isMine && world.defect !== "nobody looks again";
  const to = withWorker(
    putJob(scene, jobs[me.disposition]),
    name,
    looks ? { ...idle, run, at: "looks again" } : idle,
  );
  return { does: isMine ? `moves the job of ${run} to ${me.disposition}` : `has lost the job of ${run}`, to };
}

const jobs: Readonly<Record<Disposition, Job>> = {
  sleep: "sleeping",
  rest: "resting",
  back: "waiting",
  done: "done",
};

function putJob({ state, name, run }: Scene, job: Job): State {
  const isMine = storedOf(state.redis, run).job === `active ${name}`;
  return isMine ? { ...state, redis: withStored(state.redis, run, { job }) } : state;
}

/** 9. An event that came before the job slept could wake nobody: this look sees it. */
function lookAgain({ state, name, run }: Scene): Move {
  const hasUnread = storedOf(state.redis, run).record.inbox.length > 0;
  const to = withWorker(state, name, hasUnread ? { at: "promotes" } : idle);
  return { does: `looks again and finds ${hasUnread ? "an event" : "nothing"} for ${run}`, to };
}

function promote({ world, state, name, run }: Scene): Move {
  return {
    does: `wakes ${run}`,
    to: withWorker({ ...state, redis: wakeJob(state.redis, run, world) }, name, idle),
  };
}

/** The keeper of leases, or the worker's own clock, says that the lease is over: nothing more is written. */
function noticeLoss({ state, name, me, run }: Scene): Move | undefined {
  const isActive = me.at === "decides" || me.at === "performs";
  if (!isActive || storedOf(state.redis, run).lease === me.token) return undefined;
  const to = withWorker(state, name, letGo(me, "rest"));
  return { does: `notices that its lease of ${run} is over`, to };
}

export function tell(errand: Errand): string {
  return errand.does === "confirm"
    ? `confirms "${errand.entry}"`
    : `${errandWords[errand.does]} ${errand.run}`;
}

const errandWords: Readonly<Record<Exclude<Errand["does"], "confirm">, string>> = {
  create: "creates",
  add: "adds a job for",
  wake: "wakes",
  remove: "removes the job of",
  answer: "answers the gate of",
  tell: "tells the parent of",
};

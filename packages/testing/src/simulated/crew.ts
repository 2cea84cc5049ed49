/**
 * The workers of a simulated fleet: each is the real worker, assembled on a machine of its own. Those that die are
 * replaced after a while, as an orchestrator would. Knows no actions: those come with the configuration.
 */
import type { Consumer } from "@runfleet/model";
import { assembleWorker, type WorkerConfig, type WorkerParts } from "@runfleet/worker";
import { createMachine, type Machine } from "./machine.js";
import type { Redis } from "./redis.js";
import type { Weather } from "./weather.js";
import { connect } from "./wire.js";

const replacedMsMax = 8_000;
const troubleMs = 3_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Crew {
  /** Stops all that live, in order. */
  stop(): Promise<void>;
}

export interface CrewOptions
  extends Pick<
    WorkerParts,
    | "concurrency"
    | "pools"
    | "workDir"
    | "scheduleLookMs"
    | "watchWork"
    | "secrets"
    | "leaseTtlMs"
    | "sweepMs"
  > {
  readonly workers: number;
  /** The weather as this machine meets it. Default: that of everybody. */
  readonly weatherOf?: (machineId: string) => Weather;
  /** What the worker on this machine can do. */
  readonly configOf: (machine: Machine) => WorkerConfig;
}

interface Post {
  machine: Machine;
  stop: (() => Promise<void>) | undefined;
}

export function startCrew(redis: Redis, options: CrewOptions): Crew {
  const { workers, configOf, weatherOf, ...parts } = options;
  const { time, weather } = redis;
  const { random } = weather;
  const posts: Post[] = [];
  let hired = 0;
  let isOver = false;

  const hire = (place: number): void => {
    hired += 1;
    const consumers: Consumer[] = [];
    const onDeath = (): void => {
      for (const consumer of consumers) void consumer.pause();
      if (!isOver) time.at(time.now() + 1 + random.below(replacedMsMax), () => hire(place));
    };
    const id = `w${hired}`;
    const machine = createMachine(id, { time, weather: weatherOf?.(id) ?? weather, onDeath });
    const post: Post = { machine, stop: undefined };
    posts[place] = post;
    const ports = connect(machine, redis, (consumer) => consumers.push(consumer));
    void assembleWorker({
      ...parts,
      ...{ ...ports, workerId: machine.id, clock: machine.clock, random: () => random.next() },
      ...{ config: configOf(machine), log: silent, graceMs: 2_000 },
    }).then(({ stop }) => {
      post.stop = stop;
    });
  };

  /** Orders the end of a worker; its place is taken when nothing of it runs any more. */
  const drain = async (post: Post): Promise<void> => {
    const { stop, machine } = post;
    post.stop = undefined;
    if (stop === undefined || machine.state() === "dead") return;
    await stop();
    machine.kill();
  };

  const trouble = (): void => {
    const post = posts[random.below(posts.length)];
    time.at(time.now() + troubleMs, trouble, "beat");
    if (post === undefined || post.machine.state() !== "running") return;
    if (weather.strikes("dies at any time")) post.machine.kill();
    else if (post.stop !== undefined && weather.strikes("drained in order")) void drain(post);
  };

  for (let place = 0; place < workers; place += 1) hire(place);
  time.at(time.now() + troubleMs, trouble, "beat");
  return {
    async stop() {
      isOver = true;
      await Promise.all(posts.map(drain));
    },
  };
}

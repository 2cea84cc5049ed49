/**
 * The workers of the simulated fleet: each is the real worker, assembled on a machine of its own. Those that die are
 * replaced after a while, as an orchestrator would.
 */
import type { Consumer } from "@runfleet/model";
import { type ActionEffect, assembleWorker } from "@runfleet/worker";
import { actionsOf } from "./actions.js";
import type { Ledger } from "./ledger.js";
import { createMachine, type Machine } from "./machine.js";
import { leaseTtlMs, pool, type Redis } from "./redis.js";
import { connect } from "./wire.js";

const workers = 3;
const replacedMsMax = 8_000;
const troubleMs = 3_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface FleetWorkers {
  /** Stops all that live, in order. */
  stop(): Promise<void>;
}

interface Post {
  machine: Machine;
  stop: (() => Promise<void>) | undefined;
}

export function startWorkers(redis: Redis, ledger: Ledger, effect: ActionEffect): FleetWorkers {
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
    const machine = createMachine(`w${hired}`, { time, weather, onDeath });
    const post: Post = { machine, stop: undefined };
    posts[place] = post;
    const ports = connect(machine, redis, (consumer) => consumers.push(consumer));
    void assembleWorker({
      ...{ ...ports, workerId: machine.id, clock: machine.clock, random: () => random.next(), log: silent },
      ...{ config: actionsOf(machine, { redis, ledger, effect }), concurrency: 4, pools: [pool], leaseTtlMs },
      ...{ workDir: "/nowhere", sweepMs: 5_000, graceMs: 2_000, scheduleLookMs: 60_000 },
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
    time.at(time.now() + troubleMs, trouble);
    if (post === undefined || post.machine.state() !== "running") return;
    if (weather.strikes("dies at any time")) post.machine.kill();
    else if (post.stop !== undefined && weather.strikes("drained in order")) void drain(post);
  };

  for (let place = 0; place < workers; place += 1) hire(place);
  time.at(time.now() + troubleMs, trouble);
  return {
    async stop() {
      isOver = true;
      await Promise.all(posts.map(drain));
    },
  };
}

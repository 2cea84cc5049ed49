/**
 * Schedules with real processes. Workers start, stop, die and register the same schedule again all at once, with one due every second:
 * exactly one run per due time, none missed. Beside it what people type.
 */
import { createClient, type FleetClient, type ScheduleOptions } from "@runfleet/client";
import { createFleetWorker, type FleetWorker } from "@runfleet/worker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliProject, type DevProcess, openProject } from "../support/built-cli.js";
import { eventually } from "../support/eventually.js";

const tick = `workflow tick {
  meta { description = "d" trigger = "scheduled" targets = ["repo"] }
  inputs { whom required }
  script say { run = "true" }
}
`;
const everySecond: ScheduleOptions = {
  ...{ workflow: "tick", cron: "* * * * * *", inputs: { whom: "you" }, overlap: "allow" },
};
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let project: CliProject;
let dev: DevProcess;
let client: FleetClient;
let redisUrl: string;
beforeAll(async () => {
  project = await openProject();
  await project.write("tick.wf", tick);
  dev = await project.dev(["--port", "0", "--workers", "2"]);
  ({ redisUrl } = await project.state());
  client = createClient({ redis: redisUrl });
  await project.run(["publish", "tick.wf"]);
});
afterAll(async () => {
  await client?.close();
  await dev.end("SIGTERM");
  await project.remove();
});

/**
 * A worker in this process, as one place of a big fleet: it registers, works for a moment, leaves, and comes again, at
 * least once.
 */
async function comeAndGo(place: number, until: () => boolean): Promise<void> {
  for (let lives = 1; lives <= 2 || !until(); lives += 1) {
    const worker: FleetWorker = await createFleetWorker({
      ...{ redisUrl, config: {}, log: silent, concurrency: 1, graceMs: 500 },
      workDir: `${project.folder}/w${place}`,
    });
    await client.schedule("tick", everySecond);
    // A short life, another one each time.
    await new Promise((resolve) => setTimeout(resolve, 300 + ((place * 137 + lives * 71) % 700)));
    await worker.stop();
  }
}

test("twenty workers that come and go, and two that are killed, start exactly one run per due time", async () => {
  const { schedule } = await client.schedule("tick", everySecond);
  const firstDue = Date.parse(schedule.nextDue ?? "");
  let isOver = false;
  const fleet = Array.from({ length: 18 }, (_, place) => comeAndGo(place, () => isOver));
  const { workerPids } = await project.state();
  const firings = () => client.scheduleFirings("tick");
  await eventually("three runs were started", async () => (await firings()).length >= 3 || undefined);
  // `dev` puts others in their place.
  for (const pid of workerPids) process.kill(pid, "SIGKILL");
  await eventually("ten runs were started", async () => (await firings()).length >= 10 || undefined);
  isOver = true;
  await Promise.all(fleet);
  await client.pauseSchedule("tick");

  const { runs } = await client.list({ workflow: "tick", limit: 500 });
  const due = runs.map(({ scheduledFor }) => Date.parse(scheduledFor ?? "")).sort((a, b) => a - b);
  expect(due).toEqual(due.map((_, n) => firstDue + n * 1_000));
  expect(due.length).toBeGreaterThanOrEqual(10);
  expect((await client.getSchedule("tick")).missed).toBe(0);
  for (const { id } of runs)
    expect((await client.result(id, { timeoutMs: 30_000 })).status).toBe("completed");
  await client.unschedule("tick");
});

test("what people type adds, shows, pauses, runs and removes one", async () => {
  const args = [
    "--workflow",
    "tick",
    "--cron",
    "0 3 * * MON-FRI",
    "--tz",
    "Europe/Berlin",
    "--input",
    "whom=you",
  ];
  const added = await project.run(["schedule", "add", "nightly", ...args]);
  expect(added.stdout, added.stderr).toMatch(
    /^created nightly, next due \d{4}-\d\d-\d\dT0[12]:00:00.000Z\n$/,
  );
  const wrong = await project.run(["schedule", "add", "x", "--workflow", "tick", "--cron", "0 99 * * *"]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('wrong at character 3, the hour "99"');

  expect((await project.run(["schedule", "pause", "nightly"])).stdout).toBe("paused nightly\n");
  expect((await project.run(["schedule", "list"])).stdout).toMatch(
    /nightly +tick +0 3 \* \* MON-FRI Europe\/Berlin +paused/,
  );
  await client.resumeSchedule("nightly");
  const { id } = (await project.json(["schedule", "run", "nightly"])) as { readonly id: string };
  expect((await client.result(id, { timeoutMs: 30_000 })).status).toBe("completed");
  expect(await project.json(["schedule", "list"])).toMatchObject({
    schedules: [{ name: "nightly", lastRun: { id, status: "completed" } }],
    cursor: null,
  });
  expect((await project.run(["schedule", "show", "nightly"])).stdout).toMatch(
    new RegExp(`started +${id} +by `),
  );
  await client.unschedule("nightly");
  expect((await project.run(["schedule", "remove", "nightly"])).code).toBe(3);
});

// Starts worker and server as the image does, against a Redis of its own, and judges what they do: health, one workflow with a
// script, what the pod is told its deletion costs, an orderly end at SIGTERM.
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { startEmbeddedRedis } from "@runfleet/testing";
import { openCluster } from "./cluster-stand-in.mjs";

const patienceMs = 60_000;

/** What somebody adds to the image: a configuration that imports from the image, and a workflow with an action and a script. */
const project = {
  "runfleet.config.ts": `import { defineAction, defineConfig } from "@runfleet/worker";
const greet = defineAction({ name: "greet", run: async () => ({ markers: ["greeted"] }) });
export default defineConfig({ actions: [greet] });
`,
  "hello.wf": `workflow hello {
  call greet
  script look {
    run = "id -u; ls /app/bin; if touch /app/written; then exit 1; fi"
  }
}
`,
};

/** @typedef {{ child: import("node:child_process").ChildProcess, ended: Promise<{ code: number | string, text: string }> }} Started */

/**
 * Throws with what was wrong and what the program said.
 * @param {import("./run.mjs").Image} image @param {(line: string) => void} say
 */
export async function tryImage(image, say) {
  for (const [name, text] of Object.entries(project))
    writeFileSync(image.stage.at(`/app/project/${name}`), text);
  const redis = await startEmbeddedRedis({
    ...{ dir: image.folder, appendOnly: true, log: (line) => say(line) },
  });
  const cluster = await openCluster(image.stage);
  /** @type {Started[]} */
  const running = [];
  try {
    say(`Redis: ${redis.kind}`);
    const run = (/** @type {string[]} */ ...words) =>
      startIn(image, { words, env: { ...cluster.env, REDIS_URL: redis.url }, running });
    const [workerPort, serverPort] = [await freePort(), await freePort()];
    const services = {
      worker: run("worker", "--health-port", String(workerPort)),
      server: run("server", "--port", String(serverPort)),
    };
    await untilReady(workerPort, services.worker);
    await untilReady(serverPort, services.server);
    say("worker and server are ready, as user 10001 on a read-only root");
    const start = await run("start", "hello.wf", "--wait").ended;
    if (start.code !== 0) throw new Error(`the run did not complete: ${start.text}`);
    say("a workflow with an action and a script has run");
    const deadline = Date.now() + patienceMs;
    while (cluster.costs.length === 0 && Date.now() < deadline) await pause(100);
    if (cluster.costs[0] !== "0") throw new Error(`an idle pod costs 0, and was told ${cluster.costs}`);
    say("the worker has told what deleting its pod would cost");
    for (const [name, service] of Object.entries(services)) {
      service.child.kill("SIGTERM");
      const { code, text } = await service.ended;
      if (code !== 0) throw new Error(`the ${name} ended with ${code}: ${text}`);
    }
    say("both ended in order when they were asked to");
  } finally {
    for (const { child } of running) child.kill("SIGKILL");
    cluster.close();
    await redis.stop();
  }
}

/**
 * @param {import("./run.mjs").Image} image
 * @param {{ words: string[], env: Record<string, string>, running: Started[] }} what
 * @returns {Started}
 */
function startIn(image, { words, env: given, running }) {
  const entry = JSON.parse(image.settings["ENTRYPOINT"] ?? "");
  // Without Alpine's packages there is no init; what it is for, processes that nobody waits for, is not tried here.
  const program = existsSync("/sbin/tini") ? entry : entry.slice(entry.indexOf("--") + 1);
  const { user, workdir, env } = image;
  const child = image.stage.start([...program, ...words], {
    ...{ user, workdir, volumes: JSON.parse(image.settings["VOLUME"] ?? "") },
    // Nobody listens there: that OpenTelemetry's SDK can be loaded from the slim tree is what is tried.
    env: { ...env, ...given, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text += part));
  const ended = once(child, "close").then(([code, signal]) => ({ code: code ?? signal, text }));
  const started = { child, ended };
  running.push(started);
  return started;
}

/** Healthy and ready, asked where HEALTHCHECK asks. @param {number} port @param {Started} process */
async function untilReady(port, { child, ended }) {
  const deadline = Date.now() + patienceMs;
  for (const path of ["/livez", "/readyz"]) {
    while (!(await isOk(`http://127.0.0.1:${port}${path}`))) {
      if (child.exitCode !== null) throw new Error(`it ended: ${(await ended).text}`);
      if (Date.now() > deadline) throw new Error(`${path} did not answer 200 in time`);
      await pause(100);
    }
  }
}

/** @param {string} url */
async function isOk(url) {
  try {
    return (await fetch(url)).status === 200;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}

// `npm run image-check`: builds what the image would hold, without a container engine, and runs it. Every RUN step of the
// Dockerfile is executed but Alpine's package manager; worker and server are started from the result as the image starts them
// (its user, no capabilities, read-only root) against a real Redis, one workflow is run, both are asked to stop.
// Not tried here: Alpine itself, the base image's own content, a container engine's reading of the file.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { sentFiles } from "./build-context.mjs";
import { readDockerfile } from "./read-dockerfile.mjs";
import { tryImage } from "./run-image.mjs";
import { createStage, whyNot } from "./stage-folder.mjs";

const root = join(import.meta.dirname, "../..");
const megabyte = 1_000_000;
/** The image: uncompressed, all layers. */
const imageMaxBytes = 200 * megabyte;
/** Alpine with the C++ library and tini, and Node 24 for it, as measured from their packages; see docs/guides/operating.md. */
const baseBytes = 146 * megabyte;

const reason = whyNot();
if (reason === undefined) await check();
else say(`skipped: ${reason}`);

async function check() {
  const parent = join(root, ".cache", "image");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "build-"));
  try {
    const image = build(folder);
    const appBytes = sizeOf(image.stage.at("/app"));
    const bytes = baseBytes + appBytes;
    say(`size: ${inMegabytes(appBytes)} of our own, about ${inMegabytes(bytes)} with the base`);
    if (bytes > imageMaxBytes) throw new Error(`the image is larger than ${inMegabytes(imageMaxBytes)}`);
    await tryImage(image, say);
    say("the image can be built and works");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @typedef {import("./stage-folder.mjs").StageFolder} StageFolder
 * @typedef {import("./read-dockerfile.mjs").Stage & { folder: string, stage: StageFolder }} Image
 */

/**
 * All stages; the last one is the image, with the tree of the stage it is copied from.
 * @param {string} folder @returns {Image}
 */
function build(folder) {
  /** @type {Map<string, StageFolder>} */
  const stages = new Map();
  const plan = readDockerfile(join(root, "infra/docker/Dockerfile"));
  for (const stage of plan.slice(0, -1)) {
    const made = createStage(join(folder, stage.name));
    // The base image's Node lies there; here it may lie anywhere.
    made.copyIn(process.execPath, { to: "/usr/local/bin/node", workdir: "/" });
    for (const step of stage.steps) perform(step, { made, stages });
    stages.set(stage.name, made);
  }
  const last = plan.at(-1);
  const [copy, ...others] = last?.steps ?? [];
  if (last === undefined || others.length > 0 || copy?.keyword !== "COPY" || copy.to !== "/")
    throw new Error("the last stage is more than a copy of another one");
  return { ...last, folder, stage: stageNamed(copy.from, stages) };
}

/** @param {string | undefined} name @param {Map<string, StageFolder>} stages */
function stageNamed(name, stages) {
  const found = stages.get(name ?? "");
  if (found === undefined) throw new Error(`no stage is called ${name}`);
  return found;
}

/**
 * @param {import("./read-dockerfile.mjs").RunStep | import("./read-dockerfile.mjs").CopyStep} step
 * @param {{ made: StageFolder, stages: Map<string, StageFolder> }} where
 */
function perform(step, { made, stages }) {
  const startedAt = Date.now();
  if (step.keyword === "RUN" && step.command.startsWith("apk ")) {
    say(`not executed, there is no Alpine here: RUN ${step.command}`);
    return;
  }
  if (step.keyword === "RUN") made.run(step.command, step);
  else if (step.from !== undefined) {
    for (const path of step.paths) made.copyIn(stageNamed(step.from, stages).at(path), step);
  } else for (const path of step.paths) copyFromContext(path, { made, step });
  const words = step.keyword === "RUN" ? step.command : `${step.paths.join(" ")} ${step.to}`;
  say(`${((Date.now() - startedAt) / 1_000).toFixed(1)} s: ${step.keyword} ${words.slice(0, 100)}`);
}

/** @param {string} path @param {{ made: StageFolder, step: import("./read-dockerfile.mjs").CopyStep }} where */
function copyFromContext(path, { made, step }) {
  const files = sentFiles(root).filter(
    (file) => path === "." || file === path || file.startsWith(`${path}/`),
  );
  if (files.length === 0) throw new Error(`COPY ${path}: nothing of that name is sent to the builder`);
  for (const file of files) {
    const inside = path === "." || file !== path ? file.slice(path === "." ? 0 : path.length + 1) : file;
    const target = made.at(join(step.workdir, step.to, inside));
    mkdirSync(join(target, ".."), { recursive: true });
    copyFileSync(join(root, file), target);
  }
}

/** @param {string} folder */
function sizeOf(folder) {
  const text = execFileSync("du", ["--bytes", "--summarize", folder], { encoding: "utf8" });
  return Number(text.split("\t")[0]) + statSync(folder).size;
}

/** @param {number} bytes */
function inMegabytes(bytes) {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`image-check: ${line}\n`);
}

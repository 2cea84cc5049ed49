// What the figures were measured on: without it they mean nothing to anybody else.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus, loadavg, totalmem } from "node:os";

/**
 * @typedef {{
 *   cores: number, cpu: string, memoryGiB: number, platform: string,
 *   load: { before: number, after: number },
 * }} Machine load: average of one minute
 * @typedef {{ node: string, redis: string, bullmq: string, ioredis: string, runfleet: string }} Versions
 */

/** @returns {number} */
export function loadNow() {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

/** @param {{ before: number, after: number }} load @returns {Machine} */
export function describeMachine(load) {
  const all = cpus();
  return {
    cores: all.length,
    cpu: all[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    load,
  };
}

/** @param {import("ioredis").Redis} redis @returns {Promise<Versions>} */
export async function readVersions(redis) {
  const require = createRequire(import.meta.url);
  const versionOf = (/** @type {string} */ name) => String(require(`${name}/package.json`).version);
  const own = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  const info = await redis.info("server");
  return {
    node: process.versions.node,
    redis: /^(?:redis|valkey)_version:(\S+)/m.exec(info)?.[1] ?? "unknown",
    bullmq: versionOf("bullmq"),
    ioredis: versionOf("ioredis"),
    runfleet: own.version,
  };
}

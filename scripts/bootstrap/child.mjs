// Starts programs and waits for them: quietly (output kept, shown when it fails) or with the terminal handed over.
// Signals reach the child; the exit code comes back. It never runs anything through a shell on POSIX.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter } from "node:path";
import { binDir, root } from "./paths.mjs";

const isWindows = process.platform === "win32";
const missing = -1;
const forwardedSignals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * The environment of every child: our programs on PATH (turbo looks for pnpm there), no telemetry, no update notices,
 * and a registry that cannot be reached is noticed after seconds, not minutes.
 */
function childEnvironment() {
  return {
    ...process.env,
    PATH: `${binDir}${delimiter}${process.env["PATH"] ?? ""}`,
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    npm_config_update_notifier: "false",
    npm_config_fetch_retry_mintimeout: process.env["npm_config_fetch_retry_mintimeout"] ?? "1000",
    npm_config_fetch_retry_maxtimeout: process.env["npm_config_fetch_retry_maxtimeout"] ?? "8000",
  };
}

/**
 * @typedef {{ code: number, output: string, isMissing: boolean }} Ended code: 0 = success, 128 + n = signal n;
 *   isMissing: there is no such program
 * @typedef {{ quiet?: boolean, env?: Record<string, string>, onLine?: (line: string) => void }} RunOptions
 */

/**
 * Runs a program in the root of the clone and waits until it ended.
 * @param {string} program name or path
 * @param {string[]} args
 * @param {RunOptions} [options] quiet keeps the output instead of showing it and calls onLine for each line
 * @returns {Promise<Ended>}
 */
export function run(program, args, options = {}) {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...childEnvironment(), ...options.env },
    stdio: options.quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    shell: isWindows && !program.endsWith(".exe"),
  });
  const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of forwardedSignals) process.on(signal, forward);

  let output = "";
  const collect = (/** @type {Buffer} */ chunk) => {
    output += chunk.toString();
    const line = output.trimEnd().split("\n").at(-1);
    if (line) options.onLine?.(line);
  };
  child.stdout?.on("data", collect);
  child.stderr?.on("data", collect);

  return new Promise((resolve, reject) => {
    const end = (/** @type {number} */ code) => {
      for (const signal of forwardedSignals) process.off(signal, forward);
      resolve({ code, output, isMissing: code === missing });
    };
    child.on("error", (error) => {
      if ("code" in error && error.code === "ENOENT") end(missing);
      else reject(error);
    });
    child.on("close", (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/**
 * Runs a JavaScript program of the clone with this very Node.
 * @param {string} file relative to the root
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(file, args, options) {
  return run(process.execPath, [file, ...args], options);
}

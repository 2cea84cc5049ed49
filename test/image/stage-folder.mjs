// A stage of a build as a plain folder: what it adds to the file system. A step is executed in a mount namespace of its own, in an
// overlay of this machine's file system with that folder on top, so it sees absolute paths as in a container and changes nothing
// here. Needs root and Linux. What stands in for the base image is this machine's own system.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Mounts the overlay and what programs expect; then the words after it are executed in it. */
const enter = `set -e
mount -t overlay overlay -o "lowerdir=/,upperdir=$STAGE/added,workdir=$STAGE/work" "$STAGE/root"
mount --rbind /dev "$STAGE/root/dev"
mount --rbind /proc "$STAGE/root/proc"
for folder in $FRESH; do mount -t tmpfs -o mode=1777 tmpfs "$STAGE/root$folder"; done
if [ -n "$READ_ONLY" ]; then mount -o remount,ro,bind "$STAGE/root"; fi
exec chroot "$STAGE/root" "$@"`;

const unshared = ["--mount", "--propagation", "private", "sh", "-c", enter, "enter"];

/** Whether this machine can do it; otherwise why not. */
export function whyNot() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "it needs Linux and root, to mount";
  const { status, stderr } = spawnSync("unshare", ["--mount", "true"], { encoding: "utf8" });
  return status === 0 ? undefined : `no mount namespace can be had: ${stderr ?? "unshare is missing"}`;
}

/** @typedef {import("./read-dockerfile.mjs").Surroundings} Surroundings */
/** @typedef {ReturnType<typeof createStage>} StageFolder */

/** @param {string} folder where the stage lies */
export function createStage(folder) {
  const added = join(folder, "added");
  for (const name of [added, join(folder, "work"), join(folder, "root")])
    mkdirSync(name, { recursive: true });
  const at = (/** @type {string} */ path) => join(added, path);
  return {
    /** The path outside of what the stage has at a path inside. */
    at,
    /**
     * Copies a file or what is in a folder, as COPY does.
     * @param {string} source @param {{ to: string, workdir: string }} step
     */
    copyIn(source, { to, workdir }) {
      const target = resolve(workdir, to);
      const isInto = to.endsWith("/") || statSync(source).isDirectory();
      const place = isInto && statSync(source).isFile() ? join(target, basename(source)) : target;
      mkdirSync(dirname(at(place)), { recursive: true });
      cpSync(source, at(place), { recursive: true, verbatimSymlinks: true });
    },
    /**
     * Executes a shell command as root; throws with its output when it fails.
     * @param {string} command @param {Surroundings} surroundings
     */
    run(command, { workdir, env }) {
      mkdirSync(at(workdir), { recursive: true });
      const words = ["sh", "-c", `cd "$0" && ${command}`, workdir];
      const environment = { ...process.env, ...env, STAGE: folder, FRESH: "/tmp", READ_ONLY: "" };
      const { status, stdout, stderr } = spawnSync("unshare", [...unshared, ...words], {
        ...{ env: environment, encoding: "utf8", maxBuffer: 1 << 28 },
      });
      if (status !== 0) throw new Error(`ended with ${status}:\n${stdout}\n${stderr}`);
    },
    /**
     * Starts a program as the container would: the given user, no capabilities, a read-only root, empty volumes. The process is
     * the program itself, so signals reach it.
     * @param {string[]} words @param {Surroundings & { user: string, volumes: string[] }} how
     */
    start(words, { user, workdir, env, volumes }) {
      const [uid = "", gid = ""] = user.split(":");
      const asUser = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs"];
      const without = ["--inh-caps=-all", "--bounding-set=-all"];
      const inFolder = ["sh", "-c", 'cd "$0" && exec "$@"', workdir];
      return spawn("unshare", [...unshared, ...asUser, ...without, ...inFolder, ...words], {
        env: { ...env, STAGE: folder, FRESH: volumes.join(" "), READ_ONLY: "yes" },
        stdio: ["ignore", "pipe", "pipe"],
      });
    },
  };
}

/** The built `runfleet server` as a process of its own, on a free port. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ProcessPlace } from "./worker-processes.js";

const cli = fileURLToPath(new URL("../../../apps/cli/bin/runfleet.js", import.meta.url));

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it has gone. */
  end(): Promise<void>;
}

export async function startServerProcess(
  { redisUrl, namespace, folder }: ProcessPlace,
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [cli, "server", "--port", "0"], {
    ...{ cwd: folder, stdio: ["ignore", "pipe", "ignore"] },
    env: { ...process.env, REDIS_URL: redisUrl, RUNFLEET_NAMESPACE: namespace, ...env },
  });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, url } = JSON.parse(line) as { readonly msg: string; readonly url?: string };
    if (msg !== "listening" || url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      pid: child.pid ?? 0,
      async end() {
        child.kill("SIGTERM");
        await ended;
      },
    };
  }
  throw new Error("the server ended before it listened");
}

/** What the workers' logs say: complaints, counted (JSON lines, from warnings (40) upward), and leases they had lost. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface LogLine {
  readonly level?: number;
  readonly msg?: string;
  readonly error?: string;
  readonly runId?: string;
}

export interface WorkerLogs {
  /** Complaint → how often, most frequent first. */
  readonly complaints: ReadonlyMap<string, number>;
  /** Leases that workers noticed they had lost: `<place> <run id>`. */
  readonly leasesLost: ReadonlySet<string>;
}

const warning = 40;

/** Reads `<place>-<life>.log` of every worker process there was. */
export async function readWorkerLogs(folder: string): Promise<WorkerLogs> {
  const counts = new Map<string, number>();
  const leasesLost = new Set<string>();
  const files = (await readdir(folder)).filter((file) => file.endsWith(".log"));
  for (const file of files) {
    const place = file.replace(/-\d+\.log$/, "");
    const text = await readFile(join(folder, file), "utf8");
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    for (const line of lines.map(parsed)) {
      for (const complaint of complaintIn(line)) counts.set(complaint, (counts.get(complaint) ?? 0) + 1);
      if (line.msg === "lease lost") leasesLost.add(`${place} ${line.runId}`);
    }
  }
  return { complaints: new Map([...counts].sort(([, a], [, b]) => b - a)), leasesLost };
}

/** Ids and numbers left out, so that the same trouble of two runs is one complaint. */
function complaintIn({ level = 0, msg = "", error = "" }: LogLine): readonly string[] {
  if (level < warning) return [];
  const [text = ""] = `${msg}${error === "" ? "" : `: ${error}`}`.split("\n");
  return [text.replaceAll(/[0-9A-Z]{26}|\d+/g, "…").slice(0, 160)];
}

/** A line that is not JSON was written by Node itself, about an end nobody wanted. */
function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: warning, msg: line };
  }
}

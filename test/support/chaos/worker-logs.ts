/** What the workers complained about, counted: their logs are JSON lines, from warnings (40) upward. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface LogLine {
  readonly level?: number;
  readonly msg?: string;
  readonly error?: string;
}

const warning = 40;

/** Complaint → how often, most frequent first. */
export async function readComplaints(folder: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const files = (await readdir(folder)).filter((file) => file.endsWith(".log"));
  for (const file of files) {
    const lines = (await readFile(join(folder, file), "utf8")).split("\n");
    for (const complaint of lines.flatMap(complaintIn))
      counts.set(complaint, (counts.get(complaint) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Ids and numbers left out, so that the same trouble of two runs is one complaint. */
function complaintIn(line: string): readonly string[] {
  if (line.trim() === "") return [];
  const { level = 0, msg = "", error = "" } = parsed(line);
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

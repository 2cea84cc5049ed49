/** The newest runs as one plain HTML page. Pure; every value from outside is escaped. */
import type { RunRow } from "@runfleet/client";

export function runsPage(runs: readonly RunRow[]): string {
  const rows = runs.map(
    (run) =>
      `<tr><td><code>${escapeHtml(run.id)}</code></td><td>${escapeHtml(run.workflow)}</td><td>${escapeHtml(run.label ?? "")}</td>` +
      `<td>${escapeHtml(run.status)}</td><td>${escapeHtml(run.createdAt)}</td><td>${escapeHtml(run.endedAt ?? "")}</td></tr>`,
  );
  const body = rows.length === 0 ? "<p>No run yet.</p>" : `${tableStart}${rows.join("\n")}</table>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Runfleet</title><link rel="stylesheet" href="/runs.css"></head><body><h1>Runs</h1>
${body}
</body></html>
`;
}

export const runsStyle = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}
td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ddd}
`;

const tableStart =
  "<table><tr><th>run</th><th>workflow</th><th>label</th><th>status</th><th>created</th><th>ended</th></tr>\n";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

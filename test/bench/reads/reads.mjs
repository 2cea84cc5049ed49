// The reads of w9 as data: what each page of a browser, or a program, asks the server for.

/**
 * @typedef {{ name: string, path: string }} Read
 * @typedef {{ family: string, waiting: string, completed: string, deep: { all: string, completed: string } }} Places
 *   ids of runs, and cursors of the thousandth page
 */

const statuses = ["pending", "waiting", "completed", "failed", "cancelled"];

/** @param {Places} places @returns {Read[]} */
export function readsOf({ family, waiting, completed, deep }) {
  const at = encodeURIComponent;
  const api = [
    ["runs", "/runs?limit=50"],
    ["root runs", "/runs?limit=50&roots=true"],
    ["root runs, none match", "/runs?limit=50&roots=true&workflow=short-0&status=failed"],
    ["runs, page 1000", `/runs?limit=50&cursor=${at(deep.all)}`],
    ...statuses.map((status) => [`runs ${status}`, `/runs?limit=50&status=${status}`]),
    ["runs completed, page 1000", `/runs?limit=50&status=completed&cursor=${at(deep.completed)}`],
    ["runs of a workflow", "/runs?limit=50&workflow=short-0"],
    ["runs of a workflow, none match", "/runs?limit=50&workflow=short-0&status=failed"],
    ["runs of a label", `/runs?limit=50&label=${at("short-0 of the bench")}`],
    ["runs by how the label begins", "/runs?limit=50&labelPrefix=s"],
    ["runs of a label, none match", `/runs?limit=50&label=${at("short-0 of the bench")}&status=failed`],
    ["runs of a parent", `/runs?limit=50&parent=${family}`],
    ["run, 10 steps", `/runs/${completed}`],
    ["run, 1000 children", `/runs/${family}`],
    ["run, why it waits", `/runs/${waiting}/explanation`],
    ["history, 10 steps", `/runs/${completed}/events?until=history`],
    ["history, 1000 children", `/runs/${family}/events?until=history`],
    ["gates", "/gates"],
    ["gates, 500", "/gates?limit=500"],
    ["schedules", "/schedules"],
    ["schedule, firings", "/schedules/nightly-0/firings"],
    ["fleet", "/fleet"],
    ["limits", "/limits"],
    ["workflows", "/workflows"],
    ["usage, 30 days", "/usage?by=both&top=6"],
    ["usage, 400 days by workflow", `/usage?by=workflow&top=250&from=${daysAgo(399)}`],
  ].map(([name = "", path = ""]) => ({ name, path: `/api/v1${path}` }));
  return [...api, ...boardReads(completed)];
}

/** What Bull Board asks for. @param {string} job @returns {Read[]} */
function boardReads(job) {
  const list = "/queues/api/queues?activeQueue=default&jobsPerPage=10";
  return [
    { name: "board, latest", path: `${list}&status=latest&page=1` },
    { name: "board, completed", path: `${list}&status=completed&page=1` },
    { name: "board, completed, page 1000", path: `${list}&status=completed&page=1000` },
    { name: "board, delayed", path: `${list}&status=delayed&page=1` },
    { name: "board, one job", path: `/queues/api/queues/default/${job}?status=completed` },
  ];
}

/** @param {number} days */
function daysAgo(days) {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

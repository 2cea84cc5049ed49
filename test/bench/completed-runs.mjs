// How many runs of a fleet have completed, whether they are still there or not: a list of ended runs is as long as
// retention lets it be, 10,000 of a workflow. Out of the sums by day and workflow, docs/adr/0031-usage-by-day.md.

/** Place of the completed among the sums of a row; see packages/store/lua/include/count_usage.lua. */
const completedPlace = 7;

/** @param {import("ioredis").Redis} redis @param {string} tag @returns {Promise<number>} */
export async function completedRuns(redis, tag) {
  const rows = Object.values(await redis.hgetall(`${tag}:usage:sums`));
  return rows.reduce((sum, row) => sum + Number(row.split(" ")[completedPlace]), 0);
}

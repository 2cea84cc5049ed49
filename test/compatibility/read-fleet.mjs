// Everything a fleet says of itself to those who ask: what each version said of its own data is kept beside it, and the versions after
// it say the same and may say more.

/**
 * @typedef {{ run: import("@runfleet/model").RunDocument, [more: string]: unknown }} SaidOfRun
 * @typedef {{ runs: readonly SaidOfRun[], [more: string]: unknown }} Said
 */

/** @param {import("@runfleet/client").FleetClient} fleet @returns {Promise<Said>} */
export async function readFleet(fleet) {
  const rows = [...(await fleet.list({ limit: 500 })).runs].sort((one, other) =>
    one.id < other.id ? -1 : 1,
  );
  const runs = [];
  for (const { id } of rows) {
    const events = [];
    for await (const event of fleet.events(id, { until: "history" })) events.push(event);
    const { hash } = await fleet.definition(id);
    runs.push({
      run: await fleet.get(id),
      explain: await fleet.explain(id),
      definition: hash,
      log: (await fleet.readLog(id)).lines,
      events,
    });
  }
  const byLabel = await fleet.list({ labelPrefix: "order" });
  return {
    runs,
    rows: rows.map(({ id, status, workflow }) => `${id} ${workflow} ${status}`),
    labelled: byLabel.runs.map(({ id }) => id),
    byKey: (await fleet.list({ idempotencyKey: "key of A1" })).runs.map(({ id }) => id),
    gates: await fleet.gates(),
    workflows: await fleet.workflows(),
    published: (await fleet.workflow("parked")).definition,
    schedules: await fleet.schedules(),
    firings: await fleet.scheduleFirings("hourly"),
    limits: await fleet.limits(),
    scaling: (await fleet.scaling("later")).policy,
    usage: await fleet.usage({ from: usageDay, to: usageDay }),
    counts: await fleet.counts(),
  };
}

/** The day of the snapshot. */
const usageDay = "2030-03-18";

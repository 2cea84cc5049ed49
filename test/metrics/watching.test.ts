// Alert rules, dashboards and the queries of the guide: all of them parse, and ask only for what the catalogue has. Each alert has
// a page. What the rules do is tried by Prometheus' own tool where it is installed (PROMTOOL, or on PATH).
import { spawnSync } from "node:child_process";
import { catalogue } from "@runfleet/metrics";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { metricsIn, problemsOf } from "../support/promql.js";
import { filesBelow, root, textOf } from "../tidy/source-files.js";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const ruleFiles = filesBelow("infra/alerts/").filter((file) => file.endsWith(".yaml"));
const rules = ruleFiles.flatMap((file) =>
  (parse(textOf(file)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);

describe("alert rules", () => {
  test.each(rules.map((rule) => [rule.alert, rule] as const))("%s", (name, { expr, labels, annotations }) => {
    expect(problemsOf(expr)).toEqual([]);
    expect(["critical", "warning", "info"]).toContain(labels.severity);
    expect(annotations.summary.length).toBeGreaterThan(10);
    expect(annotations.runbook).toBe(`docs/runbooks/${name}.md`);
  });

  test("each has a page that says what it means and what to do, and each page has a rule", () => {
    const pages = filesBelow("docs/runbooks/").filter((file) => !file.endsWith("README.md"));
    expect(pages).toEqual(rules.map(({ annotations }) => annotations.runbook).sort());
    for (const { alert, annotations } of rules) {
      const text = textOf(annotations.runbook);
      expect(text.startsWith(`# ${alert}\n`)).toBe(true);
      for (const chapter of ["What it means", "Where to look", "What to do"]) {
        expect(text).toContain(`\n## ${chapter}\n`);
      }
    }
  });

  test("pages name no metric that is not there", () => {
    const named = filesBelow("docs/runbooks/").flatMap(
      (file) => textOf(file).match(/\brunfleet_[a-z_]+/g) ?? [],
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => catalogue[name] === undefined)).toEqual([]);
  });

  test("have names of their own", () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
  });
});

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { readonly query: string } }[];
  };
}

const dashboards = filesBelow("infra/grafana/").filter((file) => file.endsWith(".json"));

/** What Grafana puts in before it asks. */
function filledIn(expr: string): string {
  return expr.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "3h");
}

describe.each(dashboards)("%s", (file) => {
  const { uid, panels, templating } = JSON.parse(textOf(file)) as Dashboard;

  test("asks for what there is", () => {
    const queries = panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, expr] as const),
    );
    expect(queries.length).toBeGreaterThan(5);
    expect(
      queries.flatMap(([title, expr]) => problemsOf(filledIn(expr)).map((why) => `${title}: ${why}`)),
    ).toEqual([]);
    const queried = queries.flatMap(([, expr]) => metricsIn(filledIn(expr)));
    expect(queried.filter((name) => catalogue[name] === undefined)).toEqual([]);
  });

  test("has variables that are used, and uses none it does not have", () => {
    const used = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => expr.match(/\$[a-z]+/g) ?? []),
    );
    const queries = templating.list.filter(({ query }) => typeof query !== "string");
    expect([...new Set(used)].sort()).toEqual(queries.map(({ name }) => `$${name}`).sort());
    for (const { query } of queries) {
      const [, selector = "", label = ""] =
        /^label_values\((.*), ([a-z]+)\)$/.exec((query as { query: string }).query) ?? [];
      expect(
        problemsOf(`max by (${label}) (${selector})`).filter((why) => !/rate|each server/.test(why)),
      ).toEqual([]);
    }
  });

  test("has panels with places and numbers of their own", () => {
    expect(file).toBe(`infra/grafana/${uid}.json`);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = panels.map(({ gridPos }) => gridPos);
    const overlap = places.some((a, index) =>
      places
        .slice(index + 1)
        .some((b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(overlap).toBe(false);
    expect(places.every(({ x, w }) => x + w <= 24)).toBe(true);
  });
});

test("every metric is on a dashboard, in a rule, or in the guide", () => {
  const shown = new Set([
    ...dashboards.flatMap((file) => textOf(file).match(/\brunfleet_[a-z_]+/g) ?? []),
    ...ruleFiles.flatMap((file) => textOf(file).match(/\brunfleet_[a-z_]+/g) ?? []),
    ...(textOf("docs/guides/watching.md").match(/\brunfleet_[a-z_]+/g) ?? []),
  ]);
  const isShown = (name: string) => ["", "_bucket", "_sum", "_count"].some((part) => shown.has(name + part));
  expect(Object.keys(catalogue).filter((name) => !isShown(name))).toEqual([]);
});

test("every metric is looked at by a test that makes it move", () => {
  const named = new Set(
    filesBelow("")
      .filter((file) => file.endsWith(".test.ts") && file !== "test/metrics/watching.test.ts")
      .flatMap((file) => textOf(file).match(/\brunfleet_[a-z_]+/g) ?? []),
  );
  expect(Object.keys(catalogue).filter((name) => !named.has(name))).toEqual([]);
});

test("the queries of the guide ask for what there is", () => {
  const queries = [...textOf("docs/guides/watching.md").matchAll(/^\|[^|]+\| `([^`]*runfleet_[^`]*)` \|/gm)];
  expect(queries.length).toBeGreaterThan(5);
  expect(queries.flatMap(([, expr = ""]) => problemsOf(expr))).toEqual([]);
});

test.each([
  ["sum by (namespace) (rate(runfleet_steps_total[5m])", "syntax"],
  ["sum(rate(runfleet_stepz_total[5m]))", "no metric is called runfleet_stepz_total"],
  ['rate(runfleet_steps_total{workflow="w"}[5m])', "runfleet_steps_total has no label workflow"],
  ['rate(runfleet_steps_total{outcome=~"failed|broken"}[5m])', "runfleet_steps_total: no outcome is broken"],
  ["sum(runfleet_steps_total)", "runfleet_steps_total wants a rate or increase"],
  ["rate(runfleet_worker_slots[5m])", "runfleet_worker_slots is no counter"],
  ["sum(runfleet_pool_ready_runs)", "runfleet_pool_ready_runs is the same from each server: max, not sum"],
  ["max by (workflow) (runfleet_gates_open)", "runfleet_gates_open cannot be grouped by workflow"],
  ["rate(runfleet_lease_margin_seconds[5m])", "runfleet_lease_margin_seconds is a histogram"],
])("%s is noticed", (expr, problem) => {
  expect(problemsOf(expr).join("; ")).toContain(problem);
});

const promtool = process.env["PROMTOOL"] ?? "promtool";
const ask = (...args: string[]) => spawnSync(promtool, args, { cwd: root, encoding: "utf8" });
const hasPromtool = ask("--version").status === 0;

describe.skipIf(!hasPromtool)("Prometheus' own tool", () => {
  test("takes the rules", () => {
    expect(ask("check", "rules", ...ruleFiles)).toMatchObject({ status: 0 });
  });

  test("takes the configuration of the compose file", () => {
    expect(ask("check", "config", "--syntax-only", "infra/compose/prometheus.yaml")).toMatchObject({
      status: 0,
    });
  });

  test("fires them for made-up fleets when it should, and only then", () => {
    const files = filesBelow("test/metrics/rules/");
    expect(files.length).toBeGreaterThan(0);
    const { status, stdout, stderr } = ask("test", "rules", ...files);
    expect(status, stdout + stderr).toBe(0);
  });
});

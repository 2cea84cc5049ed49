/**
 * What is wrong with a query of ours, by Prometheus' own grammar and by the catalogue: syntax, metrics and labels that do not
 * exist, values that a label never has, rates of what does not count, and sums of what every server says alike.
 */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { catalogue, type MetricEntry } from "@runfleet/metrics";

/** Labels that Prometheus itself puts on series, and the one that all of ours have. */
const everywhere: ReadonlySet<string> = new Set(["namespace", "instance", "job"]);
const histogramParts = /_(bucket|sum|count)$/;

interface Query {
  readonly text: string;
  textOf(node: SyntaxNode | null): string;
}

export function problemsOf(text: string): string[] {
  const tree = parser.parse(text);
  const query: Query = { text, textOf: (node) => (node === null ? "" : text.slice(node.from, node.to)) };
  const problems: string[] = [];
  tree.iterate({
    enter: ({ name, node }) => {
      if (name === "⚠")
        problems.push(`syntax at ${node.from}: ${text.slice(node.from - 10, node.from + 10)}`);
      if (name === "VectorSelector") problems.push(...selectorProblems(node, query));
      if (name === "AggregateExpr") problems.push(...groupingProblems(node, query));
    },
  });
  return problems;
}

/** Names of the metrics in it, as the catalogue has them. */
export function metricsIn(text: string): string[] {
  const found: string[] = [];
  parser.parse(text).iterate({
    enter: ({ name, node }) => {
      if (name !== "VectorSelector") return;
      const identifier = node.getChild("Identifier");
      if (identifier !== null) found.push(entryOf(text.slice(identifier.from, identifier.to)).name);
    },
  });
  return found;
}

function entryOf(name: string): { readonly name: string; readonly entry: MetricEntry | undefined } {
  const base = name.replace(histogramParts, "");
  return catalogue[base]?.kind === "histogram"
    ? { name: base, entry: catalogue[base] }
    : { name, entry: catalogue[name] };
}

function selectorProblems(selector: SyntaxNode, query: Query): string[] {
  const name = query.textOf(selector.getChild("Identifier"));
  const { entry } = entryOf(name);
  if (entry === undefined) return [`no metric is called ${name}`];
  const matchers = selector.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  return [
    ...matchers.flatMap((matcher) => matcherProblems(matcher, { name, entry, query })),
    ...usageProblems(selector, { name, entry, query }),
  ];
}

interface Used {
  readonly name: string;
  readonly entry: MetricEntry;
  readonly query: Query;
}

function labelsOf({ name, entry }: Pick<Used, "name" | "entry">): ReadonlySet<string> {
  const own = entry.labels.map((label) => label.name);
  return new Set([...everywhere, ...own, ...(name.endsWith("_bucket") ? ["le"] : [])]);
}

function matcherProblems(matcher: SyntaxNode, used: Used): string[] {
  const { name, entry, query } = used;
  const label = query.textOf(matcher.getChild("LabelName"));
  if (!labelsOf(used).has(label)) return [`${name} has no label ${label}`];
  const known = entry.labels.find((each) => each.name === label);
  if (known === undefined || "valuesMax" in known) return [];
  const values = query.textOf(matcher.getChild("StringLiteral")).slice(1, -1).split("|");
  return values
    .filter((value) => !known.values.includes(value))
    .map((value) => `${name}: no ${label} is ${value}`);
}

/** What only grows is asked for its rate, and nothing else is; what all servers say alike is never added up. */
function usageProblems(selector: SyntaxNode, { name, entry, query }: Used): string[] {
  const counts = entry.kind !== "gauge";
  const isRated = selector.parent?.name === "MatrixSelector";
  const problems: string[] = [];
  if (counts !== isRated)
    problems.push(counts ? `${name} wants a rate or increase` : `${name} is no counter`);
  if (entry.kind === "histogram" && !histogramParts.test(name)) problems.push(`${name} is a histogram`);
  const around = enclosing(selector, "AggregateExpr");
  const operator = query.textOf(around?.getChild("AggregateOp") ?? null);
  if (entry.from === "server" && around !== undefined && operator !== "max")
    problems.push(`${name} is the same from each server: max, not ${operator}`);
  return problems;
}

function enclosing(node: SyntaxNode, name: string): SyntaxNode | undefined {
  for (let at = node.parent; at !== null; at = at.parent) if (at.name === name) return at;
  return undefined;
}

/** A label to group by must be one that every metric in there has. */
function groupingProblems(aggregate: SyntaxNode, query: Query): string[] {
  const grouping = aggregate.getChild("AggregateModifier")?.getChild("GroupingLabels");
  const wanted = grouping?.getChildren("LabelName").map((label) => query.textOf(label)) ?? [];
  const problems: string[] = [];
  aggregate.cursor().iterate(({ name, node }) => {
    if (name !== "VectorSelector") return;
    const metric = query.textOf(node.getChild("Identifier"));
    const { entry } = entryOf(metric);
    if (entry === undefined) return;
    const missing = wanted.filter((label) => !labelsOf({ name: metric, entry }).has(label));
    problems.push(...missing.map((label) => `${metric} cannot be grouped by ${label}`));
  });
  return problems;
}

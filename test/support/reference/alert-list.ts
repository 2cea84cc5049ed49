/** The list of alerts, written from their rules and the pages of the runbooks. */
import { parse } from "yaml";
import { filesBelow, textOf } from "../../tidy/source-files.js";
import { page, table } from "./markdown.js";

interface Rule {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly runbook: string };
}

const heading = `# Runbooks

A page for each alert of \`infra/alerts\`: what it means, where to look, what to do. This list is written from the rules and those pages, and a test
compares them. How alerts are installed: [guides/watching.md](../guides/watching.md).`;

export function describeAlerts(): string {
  const files = filesBelow("infra/alerts/").filter((file) => file.endsWith(".yaml"));
  const rules = files.flatMap((file) =>
    (parse(textOf(file)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
  );
  const rows = rules.map(({ alert, labels, annotations }) => [
    ...[`[${alert}](${alert}.md)`, labels.severity, firstSentence(textOf(annotations.runbook))],
  ]);
  return page(heading, ...table(["alert", "severity", "means"], rows));
}

/** Of what a runbook says its alert means. Its links begin at the same folder as the list's. */
function firstSentence(runbook: string): string {
  const [, meaning = ""] = /^## What it means\n\n([\s\S]*?)\n\n/m.exec(runbook) ?? [];
  return /^[\s\S]*?[.](?=\s|$)/.exec(meaning)?.[0] ?? meaning;
}

/** The workflows and configurations that the guide about gates shows are valid, and the gates of the page do what it says. */
import { parseWorkflow, signalNames, validateParsed } from "@runfleet/language";
import { expect, test } from "vitest";
import { textOf } from "../tidy/source-files.js";

const page = textOf("docs/guides/gates.md");
const workflows = [...page.matchAll(/^```wf\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);

test.each(workflows)("this workflow has nothing to complain about: %s", (source) => {
  expect(validateParsed(parseWorkflow(source), {})).toEqual([]);
});

test("the page shows a person, a signal and an address, and the signal it sends is the one the gate waits for", () => {
  expect(workflows).toHaveLength(3);
  const names = workflows.flatMap((source) => {
    const { definition } = parseWorkflow(source);
    return definition === undefined ? [] : signalNames(definition);
  });
  expect(names).toEqual(["deploy-finished"]);
  expect(page).toContain(`runfleet signal RUN ${names[0]} `);
});

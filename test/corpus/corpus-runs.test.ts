// Workflows of the corpus run by the engine with scripted actions, children and people: the path each takes is the one
// its text says. Nothing real is called; time moves only when told.
import type { ChildResult, Outcome } from "@runfleet/model";
import { describe, expect, test } from "vitest";
import { childResult, createWorld, failed, item, ok, type Script } from "../support/engine/world.js";
import { runPath } from "../support/language/run-path.js";
import { corpusDefinition } from "./corpus-files.js";

const hourMs = 3_600_000;

function open(name: string, answers: Script = {}) {
  const world = createWorld(corpusDefinition(name), answers);
  world.start();
  return world;
}

type World = ReturnType<typeof open>;

const marked = (...markers: string[]): Outcome => ok({ markers });
const child = (results: Readonly<Record<string, readonly string[]>>): ChildResult =>
  childResult({
    results: Object.fromEntries(
      Object.entries(results).map(([name, markers]) => [
        name,
        { status: "completed" as const, markers: [...markers], context: "" },
      ]),
    ),
  });

function approve(world: World, gate: string): void {
  const waiting = [...world.steps.values()].find(({ name, status }) => name === gate && status === "waiting");
  if (waiting === undefined) throw new Error(`the gate ${gate} is not open`);
  world.approve(waiting.address, { feedback: "fine" });
}

describe("expense-approval", () => {
  test("books a small expense at once, a large one after two people have approved", () => {
    expect(runPath(open("expense-approval", { steps: { "assess-expense": [marked("small")] } }))).toBe(
      "assess-expense, book, completed",
    );
    const world = open("expense-approval", { steps: { "assess-expense": [marked("large")] } });
    approve(world, "manager");
    expect(runPath(world)).toBe("assess-expense, manager, finance (waiting), open");
    approve(world, "finance");
    expect(runPath(world)).toBe("assess-expense, manager, finance, book, completed");
  });
});

describe("ci-pipeline", () => {
  test("lets all checks end, fails with one of them, and still comments", () => {
    const world = open("ci-pipeline", {
      steps: {
        checkout: [marked("has_integration")],
        "integration-tests": [failed("port in use")],
        "unit-tests": [failed("flaky"), ok()],
      },
    });
    expect(runPath(world)).toBe(
      "checkout, install, lint, unit-tests (failed), type-check, integration-tests (failed), unit-tests#2, comment-on-pr, failed",
    );
  });

  test("leaves out the image when told so, and the integration tests when there are none", () => {
    expect(runPath(open("ci-pipeline", { run: { inputs: { commit: "c", skip_image: "true" } } }))).toBe(
      "checkout, install, integration-tests (skipped), lint, unit-tests, type-check, comment-on-pr, completed",
    );
  });
});

describe("code-review", () => {
  const round = "security, tests, style, merge-findings";

  test("repairs and reviews again until nothing blocks", () => {
    const world = open("code-review", {
      steps: {
        "read-change": [marked("has_code")],
        "merge-findings": [
          marked("blocking", "a"),
          marked("blocking", "b"),
          ok({ output: '{"confidence":90}' }),
        ],
      },
    });
    expect(runPath(world)).toBe(
      `read-change, ${round}, repair, ${round}, repair, ${round}, quality_gate, completed`,
    );
  });

  test("is stuck when two rounds give the same", () => {
    const world = open("code-review", {
      steps: { "read-change": [marked("has_code")], "merge-findings": [marked("blocking")] },
    });
    expect(runPath(world)).toBe(`read-change, ${round}, repair, ${round}, repair, failed`);
  });
});

describe("data-import", () => {
  const files = [
    item("1", { path: "a", kind: "orders" }),
    item("2"),
    item("3", { path: "c", kind: "stock" }),
  ];

  test("starts a child per file in order, leaves out what depends on a failed one, and reports", () => {
    const world = open("data-import", {
      items: { files },
      dependencies: [["1", "2"]],
      children: { "1": [childResult({ status: "failed" })] },
    });
    expect(runPath(world)).toBe("list-files, files (failed), summary, failed");
    expect(world.asked("startChild").map(({ inputs }) => [inputs["path"], inputs["kind"]])).toEqual([
      ["a", "orders"],
      ["c", "stock"],
    ]);
  });

  test("has nothing to do when the bucket is empty", () => {
    expect(runPath(open("data-import", { steps: { "list-files": [marked("empty")] } }))).toBe(
      "list-files, summary, completed",
    );
  });
});

test("release-train waits for health, the soak and a person, watches three times, and takes the release back", () => {
  const world = open("release-train", {
    steps: {
      deploy: [marked("deployed")],
      "watch-errors": [marked("unclear"), marked("unclear"), marked("bad")],
    },
    polls: { "staging-healthy": ["pending", "approved"] },
  });
  const builds = "plan-release, write-notes, build-linux, build-mac, build-windows, stage";
  expect(runPath(world)).toBe(`${builds}, staging-healthy (waiting), open`);
  world.toDeadline();
  expect(runPath(world)).toBe(`${builds}, staging-healthy, soak (waiting), open`);
  world.advance(2 * hourMs);
  approve(world, "go-live");
  world.advance(600_000);
  world.advance(600_000);
  expect(runPath(world)).toBe(
    `${builds}, staging-healthy, soak, go-live, deploy, watch-errors, between-looks, watch-errors, between-looks, watch-errors, undo, announce, close-ticket, completed`,
  );
});

test("on-call-alert goes on when one probe is down and nobody answers, and restarts only when it may", () => {
  const steps = { "probe-database": [failed("down")], "probe-queue": [marked("saturated")] };
  const world = open("on-call-alert", { steps, run: { inputs: { may_restart: "true" } } });
  const begun = "classify, probe-database (failed), probe-queue, probe-network";
  expect(runPath(world)).toBe(`${begun}, restart, human_review (waiting), open`);
  world.toDeadline();
  expect(runPath(world)).toBe(
    `${begun}, restart, human_review (timed_out), keep-logs, write-timeline, completed`,
  );
  expect(runPath(open("on-call-alert", { steps }))).toBe(`${begun}, human_review (waiting), open`);
});

describe("schema-migration", () => {
  test("copies in rounds, waits for a person, a day and a signal", () => {
    const world = open("schema-migration", {
      steps: { "check-plan": [ok({ output: '{"confidence":95}' })], "copy-batch": [marked("more"), ok()] },
    });
    world.advance(5_000);
    world.advance(5_000);
    approve(world, "switch");
    world.advance(24 * hourMs);
    expect(runPath(world)).toMatch(/switch-reads, settle, contract-now \(waiting\), open$/);
    world.signal("contract");
    expect(runPath(world)).toBe(
      "check-plan, quality_gate, expand, copy-batch, breathe, copy-batch, breathe, compare-counts, compare-samples, switch, switch-reads, settle, contract-now, contract, completed",
    );
  });

  test("does nothing with a plan that is not good enough", () => {
    const steps = { "check-plan": [ok({ output: '{"confidence":50}' })] };
    expect(runPath(open("schema-migration", { steps }))).toBe("check-plan, quality_gate (failed), failed");
  });
});

test("order-fulfilment releases the stock when the card is declined, and tells the customer", () => {
  const steps = { "charge-card": [failed("declined", { retryable: false })] };
  expect(runPath(open("order-fulfilment", { steps }))).toBe(
    "reserve-stock, charge-card (failed), release-stock, tell-customer, failed",
  );
});

test("feature-delivery looks at the steps of its children, repeats one of them, and merges", () => {
  const world = open("feature-delivery", {
    children: {
      "ci-pipeline": [child({ "explain-failure": ["repairable"] }), child({ "explain-failure": [] })],
      "code-review": [child({ "merge-findings": [] })],
    },
    run: { inputs: { ticket_id: "T1", commit: "abc", pr_number: "7", strict: "true" } },
  });
  approve(world, "human_approval");
  expect(runPath(world)).toBe(
    "write-plan, human_approval, implement, ci-pipeline, implement, ci-pipeline, code-review, merge-change, completed",
  );
  expect(world.asked("startChild").map(({ workflow, inputs }) => [workflow, inputs])).toEqual([
    ["ci-pipeline", { commit: "abc", skip_image: "true" }],
    ["ci-pipeline", { commit: "abc" }],
    ["code-review", { pr_number: "7", strict: "true" }],
  ]);
});

test("incident-postmortem asks at most three times, publishes, and comes back after two weeks", () => {
  const world = open("incident-postmortem", { steps: { "draft-postmortem": [marked("open_questions")] } });
  for (let round = 0; round < 3; round += 1) approve(world, "human_review");
  const asked = "human_review, draft-postmortem, ".repeat(3);
  const begun = `collect-chat, collect-graphs, collect-deploys, draft-postmortem, ${asked}publish-postmortem`;
  expect(runPath(world)).toBe(`${begun}, follow-up (waiting), open`);
  world.advance(14 * 24 * hourMs);
  expect(runPath(world)).toBe(`${begun}, follow-up, check-action-items, completed`);
});

test("agent-research hands each part to an agent of its own and doubts its answer once", () => {
  const world = open("agent-research", {
    items: { part: [item("a", { text: "why" }), item("b", { text: "how" })] },
    steps: {
      doubt: [marked("unconvinced"), ok()],
      "write-answer": [ok({ output: '{"confidence":75}' })],
    },
    run: { inputs: { question: "?", sources: "[]" } },
  });
  expect(runPath(world)).toBe(
    "split-question, part, write-answer, doubt, write-answer, doubt, quality_gate, completed",
  );
  expect(world.asked("startChild").map(({ inputs }) => [inputs["part"], inputs["sources"]])).toEqual([
    ["why", "[]"],
    ["how", "[]"],
  ]);
});

test("infrastructure-change stops at the first region that does not come up, and unlocks", () => {
  const world = open("infrastructure-change", {
    steps: { plan: [marked("changes")] },
    items: { region: [item("eu"), item("us")] },
    children: { eu: [childResult({ status: "failed" })] },
  });
  approve(world, "apply");
  expect(runPath(world)).toBe("plan, apply, region (failed), unlock, failed");
  expect(world.asked("startChild")).toHaveLength(1);
});

test("keywords-as-names: names are names, whatever they mean elsewhere", () => {
  const world = open("keywords-as-names", {
    steps: { meta: [marked("required")], "inputs-reader": [marked("all good")] },
  });
  world.signal("while");
  expect(runPath(world)).toBe("meta, sleep, while, inputs-reader, if, finish-line, completed");
});

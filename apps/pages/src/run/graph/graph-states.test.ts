/** What a graph says of a run: by steps, rounds, items, and the way it has gone. */
import { buildGraph, parseWorkflow } from "@runfleet/language";
import type { HistoryEvent, RunDocument, StepDocument } from "@runfleet/model";
import { expect, test } from "vitest";
import { boxesOf, graphStates } from "./graph-states.js";
import { layoutGraph } from "./layout-graph.js";

function graphOf(content: string) {
  const { definition } = parseWorkflow(`workflow w { ${content} }`);
  if (definition === undefined) throw new Error("the workflow of the test is wrong");
  return buildGraph(definition);
}

/** Steps as `address status`, later attempts as `address#2 status`. */
function runOf(texts: readonly string[], more: Partial<RunDocument> = {}): RunDocument {
  const steps = texts.map((text, ordinal) => {
    const [place = "", status] = text.split(" ");
    const [address, attempt = "1"] = place.split("#");
    return { address, status, ordinal, attempt: Number(attempt), progress: null } as unknown as StepDocument;
  });
  return {
    status: "running",
    startedAt: "2026-01-01T00:00:00Z",
    endedAt: null,
    steps,
    ...more,
  } as RunDocument;
}

function look(content: string, run: RunDocument, history: readonly object[] = []) {
  const graph = graphOf(content);
  const states = graphStates(run, history as HistoryEvent[], graph);
  const boxes = boxesOf(graph.members);
  const names = new Map(boxes.map(({ id, lines }) => [id, lines.join(" ")]));
  return {
    states: boxes.map((node) => {
      const { status, rounds, answer } = states.box(node);
      return [names.get(node.id), status ?? answer ?? "-", rounds > 1 ? `×${rounds}` : ""].join(" ").trim();
    }),
    walked: graph.edges
      .filter(states.isWalked)
      .map(({ from, to }) => `${names.get(from)} > ${names.get(to)}`),
    notes: graph.members.flatMap((member) => (member.type === "group" ? [states.group(member) ?? ""] : [])),
  };
}

test("a step has the status of its newest attempt, and its fallback belongs to it", () => {
  const { states, walked } = look(
    "call plan { retries = 1 on_fail = rescue } call ship",
    runOf(["b.0 failed", "b.0#2 failed", "b.0.f running"]),
  );
  expect(states).toEqual(["w completed", "plan 1 retry on failure: rescue running", "ship -", "end -"]);
  expect(walked).toEqual(["w > plan 1 retry on failure: rescue"]);
});

test("rounds are counted, in loops within loops those of the newest round around them", () => {
  const content = "while a.x { max_iterations = 3 while b.y { max_iterations = 3 call b } }";
  const graph = graphOf(content);
  const inner = [1, 2].flatMap((round) =>
    round === 1 ? ["b.0.0@0.0.0@0.0", "b.0.0@0.0.0@1.0"] : ["b.0.0@1.0.0@0.0"],
  );
  const run = runOf(inner.map((address) => `${address} completed`));
  const states = graphStates(run, [], graph);
  const outer = graph.members.find((member) => member.type === "group");
  const within =
    outer?.type === "group" ? outer.members.find((member) => member.type === "group") : undefined;
  expect(outer?.type === "group" && states.group(outer)).toBe("round 2");
  expect(within?.type === "group" && states.group(within)).toBe("round 1");
  expect(look(content, run).states).toContain("b completed ×3");
});

test("an arrow back is walked in the second round, not in the first", () => {
  const content = "do { max_iterations = 3 call b } while b.again";
  const back = "b again? > repeat";
  expect(look(content, runOf(["b.0.0@0.0 running"])).walked).not.toContain(back);
  expect(look(content, runOf(["b.0.0@0.0 completed", "b.0.0@1.0 running"])).walked).toContain(back);
});

test("conditions show the way that was taken: from the history, else from the steps behind them", () => {
  const content = "call a if a.ok { call b } unless a.ok { call c } call d";
  const steps = ["b.0 completed", "b.2.0.0 completed", "b.3 completed"];
  const branch = (address: string, taken: boolean) => ({ type: "branch.taken", address, taken });
  const { states, walked } = look(content, runOf(steps), [branch("b.1", false), branch("b.2", true)]);
  expect(states).toEqual([
    "w completed",
    "a completed",
    "a ok? no",
    "b -",
    "a ok? no",
    "c completed",
    "d completed",
    "end -",
  ]);
  expect(walked).toEqual(["w > a", "a > a ok?", "a ok? > a ok?", "a ok? > c", "c > d"]);
  expect(look(content, runOf(steps)).states.filter((text) => text.startsWith("a ok?"))).toEqual([
    "a ok? -",
    "a ok? no",
  ]);
});

test("branches light up between their fork and their join, and a foreach says how far it is", () => {
  const content =
    "parallel { call a call b } foreach f { over = json max_parallel = 4 workflow = child filter = { from = x } }";
  const run = runOf(["b.0.0 completed", "b.0.1 failed", "b.1 running"]);
  const items = run.steps.at(-1) as StepDocument;
  items.progress = { total: 9, running: 2, completed: 3, failed: 1, skipped: 0 };
  const { states, walked, notes } = look(content, run);
  expect(walked).toEqual([
    "w > fork",
    "fork > a",
    "fork > b",
    "a > join",
    "b > join",
    "join > child workflow, once an item",
  ]);
  expect(states).toContain("child workflow, once an item running");
  expect(notes).toEqual(["", "3 of 9 done, 2 running, 1 failed"]);
});

test("an ended run colours its end", () => {
  const run = runOf(["b.0 failed"], { status: "failed", endedAt: "2026-01-01T00:00:01Z" });
  expect(look("call a call b", run).states.at(-1)).toBe("end failed");
});

test("every box has a place of its own, inside its group, in both directions; two hundred steps too", () => {
  const steps = Array.from(
    { length: 50 },
    (_, index) => `call s${index} if s${index}.ok { call t${index} } `,
  );
  const graph = graphOf(
    `${steps.join("")} parallel { call x call y } while s1.ok { max_iterations = 2 call z }`,
  );
  for (const direction of ["right", "down"] as const) {
    const placed = layoutGraph(graph, direction);
    const { boxes, groups, width, height } = placed;
    expect(boxes.length).toBeGreaterThan(150);
    for (const box of boxes) {
      expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height).toBe(
        true,
      );
    }
    const overlaps = boxes.filter((one, index) =>
      boxes
        .slice(index + 1)
        .some(
          (other) =>
            one.x < other.x + other.width &&
            other.x < one.x + one.width &&
            one.y < other.y + other.height &&
            other.y < one.y + one.height,
        ),
    );
    expect(overlaps).toEqual([]);
    const outside = groups.flatMap((group) =>
      boxes.filter(
        ({ node, x, y, height: high }) =>
          group.group.members.some(({ id }) => id === node.id) &&
          (x <= group.x || y <= group.y || y + high >= group.y + group.height),
      ),
    );
    expect(groups).toHaveLength(2);
    expect(outside).toEqual([]);
  }
});

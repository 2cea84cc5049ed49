// Secrets are in the commands that the worker performs itself and nowhere else: neither in the state, nor in what is told
// to people, nor in what leaves through the outbox.
import { expect, test } from "vitest";
import { call, child, flow, foreach, gate, script, sleep } from "../../../test/support/engine/definitions.js";
import { createWorld, hangs, item, ok } from "../../../test/support/engine/world.js";

const value = "of the sea";
const run = { inputs: { token: "***", pr: "7" }, secretInputs: ["token"] };

test("commands of the worker have the value, everything else has the mask", () => {
  const world = createWorld(
    flow([
      call("look"),
      script("say", { run: "echo {{token}} {{inputs.token}}", env: { AUTH: "Bearer {{token}}" } }),
      gate("ask", { gateType: "pr_checks", prompt: "use {{token}}?" }),
    ]),
    { run, env: { secrets: { token: value } }, polls: { ask: ["pending"] } },
  );
  world.start();
  expect(world.asked("runAction")[0]?.variables).toMatchObject({ token: value, pr: "7" });
  expect(world.asked("runScript")[0]).toMatchObject({
    command: `echo '${value}' '${value}'`,
    env: { AUTH: `Bearer ${value}` },
    inputs: { token: value, pr: "7" },
  });
  expect(world.asked("pollGate")[0]?.variables).toMatchObject({ token: value });
  expect(world.decision()?.blockedOn).toMatchObject([{ prompt: "use ***?" }]);
  expect(JSON.stringify([world.parts(), world.facts, [...world.steps]])).not.toContain(value);
});

test("a child's input that a secret goes into leaves as mask and pieces, one that does not as it is", () => {
  const world = createWorld(
    flow([
      child("kid", { inputs: { auth: "Bearer {{ inputs.token }} {{pr}} {{none}}", pr: "{{pr}}" } }),
      foreach("each", { workflow: "kid", inputs: { auth: "{{token}}", id: "{{item.id}}" } }),
    ]),
    { run, env: { secrets: { token: value } }, items: { each: [item("a")] } },
  );
  world.start();
  expect(world.asked("startChild")).toMatchObject([
    {
      inputs: { auth: "***", pr: "7" },
      secretInputs: { auth: ["Bearer ", { secret: "token" }, " ", "7", " ", "{{none}}", ""] },
    },
    {
      inputs: { auth: "***", id: "a", "item.id": "a" },
      secretInputs: { auth: ["", { secret: "token" }, ""] },
    },
  ]);
  expect(JSON.stringify(world.commands)).not.toContain(value);
});

test("what a step exports does not hide a secret input, what the worker injects does", () => {
  const world = createWorld(flow([call("give"), call("next")]), {
    ...{ run, env: { secrets: { token: value } } },
    steps: { give: [ok({ output: '{"token":"***","other":"o"}' })], next: [hangs] },
  });
  world.start();
  expect(world.asked("runAction")[1]?.variables).toMatchObject({ token: value, other: "o" });
  const injected = createWorld(flow([call("look"), child("kid", { inputs: { auth: "{{token}}" } })]), {
    ...{ run, env: { secrets: { token: value }, injected: { token: "of the worker" } } },
  });
  injected.start();
  expect(injected.asked("runAction")[0]?.variables).toMatchObject({ token: "of the worker" });
  expect(injected.asked("startChild")[0]).toMatchObject({ inputs: { auth: "of the worker" } });
  expect(injected.asked("startChild")[0]).not.toHaveProperty("secretInputs");
});

test("where people see it, a secret is no value: a sleep cannot be made of it", () => {
  const world = createWorld(flow([sleep("nap", "{{token}}")]), { run, env: { secrets: { token: "1s" } } });
  expect(world.start().ended?.error?.message).toContain("'***' is not a duration");
});

test("without its value a secret is a mask in commands too", () => {
  const world = createWorld(flow([call("look")]), { run });
  world.start();
  expect(world.asked("runAction")[0]?.variables).toMatchObject({ token: "***" });
});

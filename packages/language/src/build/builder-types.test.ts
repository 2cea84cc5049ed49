/** What the compiler knows about a workflow that is written with the builder. */
import type { Definition, Node } from "@runfleet/model";
import { describe, expect, expectTypeOf, test } from "vitest";
import { builderFor, call, whileLoop, workflow } from "../index.js";

describe("types", () => {
  interface Fleet {
    readonly actions: { readonly plan: unknown; readonly "charge-card": unknown };
    readonly workflows: {
      readonly child: { readonly pr: string; readonly base?: string };
      readonly plain: object;
    };
    readonly markers: { readonly plan: "ready" | "blocked"; readonly lint: "clean" };
  }
  const typed = builderFor<Fleet>();

  test("with a vocabulary the compiler knows the names of actions", () => {
    typed.call("plan");
    typed.call("charge-card", { onFail: "plan" });
    typed.call("agents/anything.md");
    // @ts-expect-error no such action
    typed.call("plna");
    // @ts-expect-error no such action
    typed.call("plan", { onFail: "plna" });
    expectTypeOf(typed.call)
      .parameter(0)
      .toEqualTypeOf<"plan" | "charge-card" | `${string}/${string}` | `${string}.md`>();
  });

  test("and the names and inputs of workflows", () => {
    typed.callWorkflow("child", { inputs: { pr: "7" } });
    typed.callWorkflow("plain");
    // @ts-expect-error no such workflow
    typed.callWorkflow("chidl");
    // @ts-expect-error the input pr is missing
    typed.callWorkflow("child");
    // @ts-expect-error no such input
    typed.callWorkflow("child", { inputs: { pr: "7", bse: "main" } });
    typed.foreach("f", { over: "json", maxParallel: 1, workflow: "child", inputs: { pr: "{{item.id}}" } });
    // @ts-expect-error no such workflow
    typed.foreach("f", { over: "json", maxParallel: 1, workflow: "chidl" });
  });

  test("conditions, loops and durations have their form", () => {
    typed.whileLoop("plan.again", { maxIterations: 3 }, []);
    // @ts-expect-error a loop tests a marker
    const bare = (): Node => typed.whileLoop("plan", { maxIterations: 3 }, []);
    expect(bare).toThrow("step.marker");
    // @ts-expect-error a duration has a unit
    const unitless = (): Node => call("a", { timeout: "soon" });
    expect(unitless).toThrow("duration");
    // @ts-expect-error a loop has a bound
    const unbounded = (): Node => whileLoop("a.b", {}, []);
    expectTypeOf(unbounded).returns.toEqualTypeOf<Node>();
  });

  test("conditions on steps with known markers are offered by the editor, all others are allowed", () => {
    type Condition = Parameters<typeof typed.when>[0];
    type LoopCondition = Parameters<typeof typed.whileLoop>[0];
    // Members of their own: swallowed by `string` they would be offered no longer.
    expectTypeOf<Extract<Condition, "plan.ready" | "plan.blocked" | "lint.clean">>().toEqualTypeOf<
      "plan.ready" | "plan.blocked" | "lint.clean"
    >();
    expectTypeOf<Extract<LoopCondition, "plan.ready">>().toEqualTypeOf<"plan.ready">();
    expectTypeOf<"script.anything">().toExtend<LoopCondition>();
    expectTypeOf<"flag">().toExtend<Condition>();
    expectTypeOf<"flag">().not.toExtend<LoopCondition>();
  });

  test("`marker` offers the known steps, and checks the markers of those that have some", () => {
    type Step = Parameters<typeof typed.marker>[0];
    expectTypeOf<Extract<Step, "plan" | "charge-card" | "child" | "lint">>().toEqualTypeOf<
      "plan" | "charge-card" | "child" | "lint"
    >();
    expect(typed.marker("plan", "ready")).toBe("plan.ready");
    typed.when(typed.marker("some-script", "done"), []);
    typed.whileLoop(typed.marker("charge-card", "declined"), { maxIterations: 2 }, []);
    typed.branch("plan", { if: typed.marker("plan", "blocked") });
    // @ts-expect-error the step plan has no such marker
    typed.marker("plan", "redy");
    // @ts-expect-error the workflow child has no input by that name
    typed.callWorkflow("child", { inputs: { prr: "1" } });
  });

  test("inputs of a workflow are declared in known ways", () => {
    workflow(
      "w",
      { inputs: { a: "optional", b: { required: false }, c: { type: "boolean", default: true } } },
      [],
    );
    // @ts-expect-error a boolean's default is a boolean
    workflow("w", { inputs: { a: { type: "boolean", default: "yes" } } }, []);
    // @ts-expect-error no such type of input
    expect(() => workflow("w", { inputs: { a: "number" } }, [])).toThrow('write "required"');
  });

  test("without a vocabulary every name is allowed", () => {
    expectTypeOf(call).parameter(0).toEqualTypeOf<string>();
    expectTypeOf(workflow).returns.toEqualTypeOf<Definition>();
  });
});

import type { Definition } from "@runfleet/model";
import { afterAll, describe, expect, inject, test } from "vitest";
import { greet, openClientFleet } from "../../../test/support/client-fleet.js";

const under = await openClientFleet(inject("redisUrl"));
const { fleet } = under;
afterAll(() => under.close());

const namedAs = (name: string): Definition => ({ ...greet, name });

describe("publishing", () => {
  test("is refused as a whole when one definition calls a workflow that nobody knows", async () => {
    const broken: Definition = {
      ...namedAs("broken"),
      body: [{ kind: "child", workflow: "no-such-child", inputs: {}, retries: 0 }],
    };
    await expect(fleet.publish([namedAs("fine"), broken])).rejects.toMatchObject({
      code: "invalid_definition",
    });
    expect((await fleet.workflows()).map(({ name }) => name)).not.toContain("fine");
  });

  test("gives equal definitions one hash, whatever the order of their members", async () => {
    const [first] = await fleet.publish([greet]);
    const shuffled = Object.fromEntries(Object.entries(greet).reverse()) as unknown as Definition;
    const [second] = await fleet.publish([shuffled]);
    expect(second).toEqual(first);
  });
});

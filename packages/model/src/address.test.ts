import { describe, expect, it } from "vitest";
import {
  alwaysAddress,
  attemptKey,
  bodyAddress,
  childAddress,
  fallbackAddress,
  isBelow,
  iterationAddress,
  iterationOf,
  nodePath,
  parentAddress,
} from "./address.js";

describe("address", () => {
  const inLoop = childAddress(iterationAddress(childAddress(bodyAddress, 2), 1), 4);

  it("spells the path with loop iterations in it", () => {
    expect(inLoop).toBe("b.2.0@1.4");
    expect(fallbackAddress(inLoop)).toBe("b.2.0@1.4.f");
    expect(attemptKey(inLoop, 3)).toBe("b.2.0@1.4#3");
  });

  it("goes up one level at a time until a root", () => {
    expect(parentAddress(inLoop)).toBe("b.2.0@1");
    expect(parentAddress("b.2.0@1")).toBe("b.2");
    expect(parentAddress(bodyAddress)).toBeUndefined();
    expect(parentAddress(alwaysAddress)).toBeUndefined();
  });

  it("lies below its ancestors only, not below names that merely begin alike", () => {
    expect(isBelow(inLoop, "b.2")).toBe(true);
    expect(isBelow("b.20", "b.2")).toBe(false);
    expect(isBelow("b.2", "b.2")).toBe(false);
  });

  it("names the node without iterations, and the innermost iteration", () => {
    expect(nodePath("b.2.0@1.4.0@12.0")).toBe("b.2.0.4.0.0");
    expect(iterationOf("b.2.0@1.4.0@12.0")).toBe(12);
    expect(iterationOf("b.2")).toBe(0);
  });
});

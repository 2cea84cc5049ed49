import { describe, expect, it } from "vitest";
import { isClusterAddress, parseClusterAddress } from "./cluster-address.js";

describe("the address of a cluster", () => {
  it("names members, and who asks", () => {
    expect(parseClusterAddress("redis-cluster://a.example:7000,10.0.0.2,[::1]:7001/")).toEqual({
      isEncrypted: false,
      members: [
        { host: "a.example", port: 7000 },
        { host: "10.0.0.2", port: 6379 },
        { host: "::1", port: 7001 },
      ],
    });
    expect(parseClusterAddress("rediss-cluster://me:p%40ss%2Fword@a:1")).toEqual({
      isEncrypted: true,
      ...{ username: "me", password: "p@ss/word", members: [{ host: "a", port: 1 }] },
    });
    expect(parseClusterAddress("redis-cluster://:secret@a:1")).toEqual({
      isEncrypted: false,
      ...{ password: "secret", members: [{ host: "a", port: 1 }] },
    });
  });

  it("is told by its beginning", () => {
    for (const url of ["redis-cluster://a", "rediss-cluster://a"]) expect(isClusterAddress(url)).toBe(true);
    for (const url of ["redis://a", "rediss://a", "cluster"]) expect(isClusterAddress(url)).toBe(false);
  });

  it.each([
    "redis-cluster://",
    "redis-cluster://a:1,",
    "redis-cluster://a:0",
    "redis-cluster://a:65536",
    "redis-cluster://a:secret",
    "redis-cluster://a:1/2",
    "redis-cluster://a:1?x=1",
    "redis-cluster://me:%zz@a:1",
    "redis-cluster://me:secret@b@a:1",
    "redis-cluster://a:1,redis-cluster://secret:2",
  ])("that is none is refused, and not repeated: %s", (url) => {
    expect(() => parseClusterAddress(url)).toThrow(
      expect.objectContaining({ code: "invalid_usage", message: expect.not.stringContaining("secret") }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { partitionAddresses } from "./partition-addresses.js";

const cluster = "redis-cluster://a:1,b:2";

describe("the addresses of partitions", () => {
  it.each<[string, number | undefined, readonly string[]]>([
    ["redis://a", undefined, ["redis://a"]],
    ["redis://a", 3, ["redis://a", "redis://a", "redis://a"]],
    [cluster, 2, [cluster, cluster]],
    [" redis://a  rediss://b ", undefined, ["redis://a", "rediss://b"]],
    ["redis://a redis://b", 2, ["redis://a", "redis://b"]],
  ])("%j for %j", (text, partitions, addresses) => {
    expect(partitionAddresses(text, partitions)).toEqual(addresses);
  });

  it.each<[string, number | undefined]>([
    ["", undefined],
    ["http://secret", undefined],
    ["redis://a redis-cluster://", undefined],
    ["redis://a secret", undefined],
    ["redis://a redis://b", 3],
    ["redis://a", 0],
    ["redis://a", 1.5],
    ["redis://a", 65],
    ["redis://a", Number.NaN],
  ])("refuses %j for %j, and repeats no address", (text, partitions) => {
    expect(() => partitionAddresses(text, partitions)).toThrow(
      expect.objectContaining({ code: "invalid_usage", message: expect.not.stringContaining("secret") }),
    );
  });
});

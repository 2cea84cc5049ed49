/**
 * Where the partitions of a namespace lie: one address for all of them, or one each, between spaces, in their order. Checks;
 * connects to nothing.
 */
import { RunfleetError } from "@runfleet/model";
import { isClusterAddress, parseClusterAddress } from "../cluster-address.js";

/** Partitions of a namespace: more servers than that are another kind of fleet. */
const partitionsMax = 64;

/** The address of each partition. Without a number there are as many as addresses. Throws `invalid_usage`, and repeats no address. */
export function partitionAddresses(text: string, partitions?: number): readonly [string, ...string[]] {
  const addresses = text.trim().split(/\s+/);
  for (const address of addresses) checkAddress(address);
  const count = partitions ?? addresses.length;
  if (!Number.isInteger(count) || count < 1 || count > partitionsMax)
    throw unusable(
      `the number of partitions must be a whole number from 1 to ${partitionsMax}, not ${count}`,
    );
  const [first = ""] = addresses;
  if (addresses.length === 1) return [first, ...Array<string>(count - 1).fill(first)];
  if (addresses.length !== count)
    throw unusable(`${count} partitions need one Redis address, or one each: there are ${addresses.length}`);
  return [first, ...addresses.slice(1)];
}

function checkAddress(url: string): void {
  if (isClusterAddress(url)) {
    parseClusterAddress(url);
    return;
  }
  const isRedis = URL.canParse(url) && ["redis:", "rediss:"].includes(new URL(url).protocol);
  if (isRedis) return;
  throw unusable(
    "the Redis address is not a redis:// or rediss:// URL, nor redis-cluster:// or rediss-cluster://",
  );
}

function unusable(message: string): RunfleetError {
  return new RunfleetError("invalid_usage", message);
}

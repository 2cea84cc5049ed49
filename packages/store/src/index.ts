/** What is remembered: the store and the leases on Redis, and their twins in memory. */
export { isClusterAddress, parseClusterAddress } from "./cluster-address.js";
export { type ConnectOptions, connectRedis } from "./connect-redis.js";
export { examineRedis } from "./examine-redis.js";
export { type FleetBytes, readFleetBytes } from "./fleet-bytes.js";
export { definitionHash, deriveRunId, newRunId } from "./identifiers.js";
export { partitionTag } from "./keys.js";
export { createMemoryLeases, type MemoryLeasesOptions } from "./memory-leases.js";
export { type MemorySnapshot, restoreSnapshot, takeSnapshot } from "./memory-snapshot.js";
export { createMemoryStore } from "./memory-store.js";
export { type MemoryUse, readMemoryUse } from "./memory-use.js";
export { enqueueId, parentWakeId } from "./outbox-entry.js";
export { checkLayout, claimLayout } from "./redis/layout.js";
export type { RedisFinding } from "./redis-findings.js";
export { createRedisStore, type RedisStoreOptions } from "./redis-store.js";
export { createRedlockLeases, type RedlockLeasesOptions } from "./redlock-leases.js";
export { createSecretBox, type SealedPlace, type SecretBox } from "./secret-box.js";
export { type StoredInputs, sealInputs } from "./secret-inputs.js";
export { idempotencyKeptMs } from "./start-of-run.js";

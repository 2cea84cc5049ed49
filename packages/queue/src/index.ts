/** What this package offers: the run queue on BullMQ and its twin in memory. */
export type { KeepEnded } from "./keep-ended.js";
export { createMemoryQueue, type MemoryQueue, type MemoryQueueOptions } from "./memory-queue.js";
export { createRunQueue, type RunQueueOptions } from "./run-queue.js";

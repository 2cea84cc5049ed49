/** What this package offers: the run queue on BullMQ, its twin in memory, and the queues as Bull Board sees them. */
export { type BoardQueues, type BoardQueuesOptions, openBoardQueues } from "./board-queues.js";
export { isNoLongerHeld } from "./bull-errors.js";
export type { KeepEnded } from "./keep-ended.js";
export { createMemoryQueue, type MemoryQueue, type MemoryQueueOptions } from "./memory-queue.js";
export { createPartitionedQueue, sharesOf } from "./partitioned-queue.js";
export { createRunQueue, type RunQueueOptions } from "./run-queue.js";
export type { PoolQueue } from "./wake-job.js";

/** Which file of the product does what a step of the model says. A test looks that each is there. */
export const correspondence: Readonly<Record<string, readonly string[]>> = {
  "a client creates a run": ["packages/store/lua/create_run.lua", "packages/client/src/start-run.ts"],
  "BullMQ hands out a job, and puts it away": ["packages/queue/src/consumer.ts"],
  "a worker takes and releases a lease": [
    "packages/store/src/redlock-leases.ts",
    "packages/worker/src/under-lease.ts",
    "packages/store/lua/include/give_back_lease.lua",
  ],
  "a worker activates a run": ["packages/store/lua/activate_run.lua", "packages/worker/src/activator.ts"],
  "the engine decides": ["packages/engine/src/decide.ts", "packages/worker/src/activation.ts"],
  "the fence": ["packages/store/lua/include/fenced.lua"],
  "a decision is written": [
    "packages/store/lua/include/apply_commit.lua",
    "packages/worker/src/run-writer.ts",
  ],
  commit: ["packages/store/lua/commit_run.lua"],
  park: ["packages/store/lua/park_run.lua"],
  release: ["packages/store/lua/release_run.lua"],
  finish: ["packages/store/lua/finish_run.lua", "packages/store/lua/include/end_run.lua"],
  "an event comes in": ["packages/store/lua/include/inbox.lua", "packages/store/lua/append_event.lua"],
  "a gate is answered": ["packages/store/lua/answer_gate.lua"],
  "a cancel is asked for": ["packages/store/lua/request_cancel.lua"],
  "an outbox entry is performed": [
    "packages/worker/src/outbox.ts",
    "packages/store/lua/confirm_outbox.lua",
    "packages/store/lua/include/confirm.lua",
    "packages/store/lua/create_children.lua",
  ],
  "a job is added or woken": ["packages/queue/src/run-queue.ts"],
  "a worker notices that its lease is over": ["packages/worker/src/lease-keeper.ts"],
  "a sweeper finds something": [
    "packages/worker/src/sweeper.ts",
    "packages/store/lua/claim_outbox.lua",
    "packages/store/lua/claim_wakeable.lua",
    "packages/store/lua/claim_overdue.lua",
    "packages/store/lua/list_silent.lua",
  ],
};

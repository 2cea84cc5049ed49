/** The worker process as a program of its own: nothing is exported yet; `runfleet worker` starts one. */
export {};

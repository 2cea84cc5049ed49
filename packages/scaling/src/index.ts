/** The scaling policy: nothing is exported yet. */
export {};

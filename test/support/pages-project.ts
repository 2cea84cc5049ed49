/** What the tests of the pages run: small workflows, actions for them, and who may look. */
const release = `workflow release {
  meta { title = "Release" }
  inputs { version required }
  script build { run = "echo built {{version}}" }
  gate human_review { prompt = "Ship it?" options = { now = "Now" later = "Later" } timeout = "1h" }
  script ship { run = "test -n {{gate_feedback}}" }
}
`;
const slow = `workflow slow { script work { run = "exec sleep 600" } }`;
const fragile = `workflow fragile { script risky { run = "test -e ../../../../mended" } }`;
const hello = `workflow hello {
  inputs { whom required }
  script greet { run = "echo hi {{whom}}" }
  script wave { run = "echo bye {{whom}}" }
}
`;
const family = `workflow family { call workflow hello { inputs = { whom = "kid" } } }`;
const charging = `workflow charging { call charge { retries = 1 } }`;
export const sources = {
  release,
  slow,
  fragile,
  hello,
  family,
  charging,
  asking: "workflow asking { call ask }",
};
/** Nobody knows whether an action that took effect at most once, and threw, has had it. */
export const config = `export default { actions: [
  { name: "ask", run: async () => ({ usage: { costUsd: 0.42, turns: 3, inputTokens: 5200, outputTokens: 940 } }) },
  { name: "charge", effect: "at-most-once", async run() { throw new Error("connection lost"); } },
] };
`;
export const tokens = "ann:operator:a-long-enough-secret,vic:viewer:another-long-secret";

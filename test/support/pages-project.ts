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
const signing = `workflow signing {
  inputs { token secret description = "of the registry" loud boolean }
  script sign { run = "echo signed with $(printf %s {{token}} | wc -c) letters, loud: {{loud}}" }
}
`;
const family = `workflow family { call workflow hello { inputs = { whom = "kid" } } }`;
const clan = "workflow clan { call workflow family { inputs = {} } }";
const crowd = `workflow crowd {
  foreach each {
    over = range
    filter = { from = "1" to = "3" }
    workflow = hello
    max_parallel = 2
    inputs = { whom = "{{item.id}}" }
  }
}
`;
const charging = `workflow charging { call charge { retries = 1 } }`;
/** Something of everything that a graph shows. */
const shipping = `workflow shipping {
  inputs { version required }
  script build { run = "echo built {{version}}" }
  parallel checks { call lint call tests { retries = 1 retry_delay = 1s } }
  do { max_iterations = 3 call polish } while polish.more
  unless lint.dirty { call workflow hello { inputs = { whom = "team" } } }
  gate human_review { prompt = "Ship it?" options = { now = "Now" later = "Later" } timeout = "1h" }
  script ship { run = "test -n {{gate_feedback}}" }
  always { script report { run = "echo done" } }
}
`;
/** Says something, waits to be told, and says the rest. */
const talking = `workflow talking {
  script chatter {
    run = "echo '<b>bold</b>'; echo careful >&2; seq 150; until test -e ../../../../said; do sleep 0.1; done; echo the end"
  }
}
`;
export const sources = {
  release,
  slow,
  fragile,
  hello,
  family,
  clan,
  crowd,
  signing,
  charging,
  shipping,
  talking,
  asking: "workflow asking { call ask }",
};
/** Nobody knows whether an action that took effect at most once, and threw, has had it. */
export const config = `let rounds = 0;
export default { actions: [
  { name: "lint", run: async () => ({ context: "nothing to say" }) },
  { name: "tests", async run({ attempt }) { if (attempt === 1) throw new Error("2 of 81 failed"); } },
  { name: "polish", run: async () => ({ markers: ++rounds % 2 === 1 ? ["more"] : [] }) },
  { name: "ask", run: async () => ({ usage: { costUsd: 0.42, turns: 3, inputTokens: 5200, outputTokens: 940 } }) },
  { name: "charge", effect: "at-most-once", async run() { throw new Error("connection lost"); } },
] };
`;
export const tokens = "ann:operator:a-long-enough-secret,vic:viewer:another-long-secret";

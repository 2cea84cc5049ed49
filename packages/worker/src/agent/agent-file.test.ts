import { describe, expect, it } from "vitest";
import { parseAgentFile } from "./agent-file.js";

describe("agent file", () => {
  it("has role, model and runtime in its head and the prompt below", () => {
    const text =
      "---\nname: Reviewer\nrole: actor\ncan_commit: true\nmodel: large\nruntime: codex\n---\n\nDo {{x}}.\n";
    expect(parseAgentFile(text, "a.md")).toEqual({
      role: "actor",
      canCommit: true,
      model: "large",
      runtime: "codex",
      body: "Do {{x}}.",
    });
  });

  it.each([
    ["Just text\n---\nmore", "Just text\n---\nmore"],
    ["---\n---\nbody", "body"],
    ["---\n# only a comment\n---\nbody", "body"],
    ["---\nmodel:\n---", ""],
    ["", ""],
  ])("%j is a reviewer that commits nothing", (text, body) => {
    expect(parseAgentFile(text, "a.md")).toEqual({ role: "reviewer", canCommit: false, body });
  });

  it.each([
    ["---\nrole: boss\n---", 'agent file a.md: role is "boss"; it must be actor or reviewer'],
    ["---\ncan_commit: yes please\nrole: actor\n---", "can_commit must be true or false"],
    ["---\ncan_commit: true\n---", "can_commit needs role: actor"],
    ["---\nmodel: 5\n---", "model must be a text"],
    ["---\nrole: actor\n", "its head has no end"],
    ["---\n- a\n---", "must be a map"],
    ["---\na: [\n---", "a.md is no YAML"],
  ])("%j is refused: %s", (text, message) => {
    expect(() => parseAgentFile(text, "a.md")).toThrow(
      expect.objectContaining({ code: "invalid_config", message: expect.stringContaining(message) }),
    );
  });
});

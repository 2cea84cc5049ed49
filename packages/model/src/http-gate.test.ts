/** What may be written at a gate of type `http`. */
import { describe, expect, it } from "vitest";
import { headerLines, httpGateProblems, listed } from "./http-gate.js";

const url = "https://ci.example/builds/{{id}}";

describe("the options of an http gate", () => {
  it.each([
    { url },
    { url: "{{address}}", method: "post", body: "{}", headers: "Accept: text/plain\n\nX-A: b: c\n" },
    { url, approved: "200, 2xx", rejected: "410" },
    { url, field: "data.state", approved: "done", rejected: "broken, gone", text: "message", every: "1m30s" },
  ])("can be used: %o", (params) => {
    expect(httpGateProblems(params)).toEqual([]);
  });

  it.each<[Record<string, string>, string, RegExp]>([
    [{}, "url", /missing/],
    [{ url: " " }, "url", /empty/],
    [{ url: "ftp://x/y" }, "url", /http or https/],
    [{ url, method: "DELETE" }, "method", /GET, HEAD, POST/],
    [{ url, headers: "accept text/plain" }, "headers", /Name: value/],
    [{ url, headers: "a b: c" }, "headers", /Name: value/],
    [{ url, body: "x" }, "body", /POST/],
    [{ url, field: "a..b" }, "field", /member/],
    [{ url, text: "" }, "text", /member/],
    [{ url, approved: "ok" }, "approved", /`ok`.* status/],
    [{ url, approved: " , " }, "approved", /no value/],
    [{ url, field: "a", approved: "x, y", rejected: "y" }, "rejected", /both name `y`/],
    [{ url, every: "10ms" }, "every", /at least 1s/],
    [{ url, evry: "1m" }, "evry", /no option/],
  ])("cannot be used: %o", (params, option, problem) => {
    expect(httpGateProblems(params)).toMatchObject([{ option, problem: expect.stringMatching(problem) }]);
  });

  it("only an unknown option leaves the gate usable", () => {
    const unknown = httpGateProblems({ url, evry: "1m", every: "x" }).filter(({ isUnknown }) => isUnknown);
    expect(unknown).toMatchObject([{ option: "evry" }]);
  });

  it("a header's value may hold colons", () => {
    expect(headerLines(" X-A : b: c \nno colon")).toEqual([
      ["X-A", "b: c"],
      ["", "no colon"],
    ]);
  });

  it("values stand between commas", () => expect(listed(" a, ,b c,")).toEqual(["a", "b c"]));
});

import type { ScheduleRule } from "@runfleet/model";
import { describe, expect, it } from "vitest";
import { cronProblem, timezoneProblem } from "./cron.js";
import { nextDue } from "./due-times.js";

/** The first due times after a time, as people write them: `2026-03-08T07:00`. */
function dueAfter(rule: Partial<ScheduleRule>, after: string, count: number): string[] {
  const times: string[] = [];
  let at: number | undefined = Date.parse(after);
  while (times.length < count) {
    at = nextDue({ timezone: "UTC", ...rule }, at);
    if (at === undefined) break;
    times.push(new Date(at).toISOString().replace(/:00\.000Z$/, ""));
  }
  return times;
}

describe("a daily time", () => {
  const newYork = { timezone: "America/New_York" };

  it("that clocks jump over comes at the end of the gap, once, and is back the day after", () => {
    expect(dueAfter({ ...newYork, cron: "30 2 * * *" }, "2026-03-07T12:00Z", 3)).toEqual([
      ...["2026-03-08T07:00", "2026-03-09T06:30", "2026-03-10T06:30"],
    ]);
  });

  it("that comes twice is due the first time only", () => {
    expect(dueAfter({ ...newYork, cron: "30 1 * * *" }, "2026-10-31T12:00Z", 2)).toEqual([
      ...["2026-11-01T05:30", "2026-11-02T06:30"],
    ]);
  });

  it("follows a zone whose clocks change by half an hour", () => {
    expect(dueAfter({ timezone: "Australia/Lord_Howe", cron: "15 2 * * *" }, "2026-10-02T23:40Z", 2)).toEqual(
      ["2026-10-03T15:30", "2026-10-04T15:15"],
    );
  });

  it("is right in zones of odd offsets and beyond the date line", () => {
    const at8 = (timezone: string) => dueAfter({ timezone, cron: "0 8 * * *" }, "2026-01-01T00:00Z", 1);
    expect(at8("Pacific/Chatham")).toEqual(["2026-01-01T18:15"]);
    expect(at8("Pacific/Kiritimati")).toEqual(["2026-01-01T18:00"]);
    expect(at8("Asia/Kathmandu")).toEqual(["2026-01-01T02:15"]);
    expect(at8("Pacific/Marquesas")).toEqual(["2026-01-01T17:30"]);
  });

  it("has no due time on a day that a zone left out", () => {
    expect(dueAfter({ timezone: "Pacific/Apia", cron: "0 12 * * *" }, "2011-12-29T00:00Z", 3)).toEqual([
      ...["2011-12-29T22:00", "2011-12-30T22:00", "2011-12-31T22:00"],
    ]);
  });
});

describe("every hour and every few minutes", () => {
  it("go on through both changes of the clocks without a gap and without a pair", () => {
    for (const [timezone, night] of [
      ["America/New_York", "2026-03-08T04:00Z"],
      ["America/New_York", "2026-11-01T03:00Z"],
      ["Europe/Berlin", "2026-10-24T22:00Z"],
    ] as const) {
      for (const [cron, stepMs] of [
        ["0 * * * *", 3_600_000],
        ["*/15 * * * *", 900_000],
        ["* * * * *", 60_000],
      ] as const) {
        const times = dueAfter({ timezone, cron }, night, 40).map((time) => Date.parse(`${time}Z`));
        const steps = times.slice(1).map((time, index) => time - Number(times[index]));
        expect(new Set(steps), `${timezone} ${cron}`).toEqual(new Set([stepMs]));
      }
    }
  });

  it("in a range of hours are due in both of the hours that are one", () => {
    expect(dueAfter({ timezone: "America/New_York", cron: "*/30 1 * * *" }, "2026-11-01T03:00Z", 5)).toEqual([
      ...["2026-11-01T05:00", "2026-11-01T05:30", "2026-11-01T06:00", "2026-11-01T06:30"],
      "2026-11-02T06:00",
    ]);
  });
});

describe("days of the calendar", () => {
  it.each([
    ["the 31st leaves out short months", "0 0 31 * *", ["2026-01-31", "2026-03-31", "2026-05-31"]],
    ["the last day of a month", "0 0 L * *", ["2026-01-31", "2026-02-28", "2026-03-31"]],
    ["the leap day comes every four years", "0 0 29 2 *", ["2028-02-29", "2032-02-29", "2036-02-29"]],
    [
      "a day of the month or of the week, whichever comes",
      "0 0 13 * 5",
      ["2026-01-02", "2026-01-09", "2026-01-13"],
    ],
    ["the first Monday", "0 0 * * MON#1", ["2026-01-05", "2026-02-02", "2026-03-02"]],
    ["Sunday is 0 and 7", "0 0 * * 7", ["2026-01-04", "2026-01-11", "2026-01-18"]],
    ["a word for it", "@monthly", ["2026-02-01", "2026-03-01", "2026-04-01"]],
  ])("%s", (_, cron, days) => {
    const times = dueAfter({ cron }, "2026-01-01T12:00Z", 3);
    expect(times).toEqual(days.map((day) => `${day}T00:00`));
  });

  it("a day that never comes is never due", () => {
    expect(nextDue({ timezone: "UTC", cron: "0 0 30 2 *" }, Date.parse("2026-01-01T00:00Z"))).toBeUndefined();
  });

  it("a sixth field in front is for seconds", () => {
    expect(nextDue({ timezone: "UTC", cron: "*/5 * * * * *" }, 12_000)).toBe(15_000);
    expect(nextDue({ timezone: "UTC", cron: "* * * * * *" }, 12_000)).toBe(13_000);
    expect(nextDue({ timezone: "UTC", cron: "* * * * * *" }, 12_999)).toBe(13_000);
  });
});

describe("an interval", () => {
  it("counts from its start, whenever it is asked, and never drifts", () => {
    const rule = { timezone: "UTC", everyMs: 7_000, startAt: 100_000 };
    expect(nextDue(rule, 0)).toBe(100_000);
    expect(nextDue(rule, 100_000)).toBe(107_000);
    expect(nextDue(rule, 106_999)).toBe(107_000);
    expect(nextDue(rule, 123_456)).toBe(128_000);
  });

  it("without a start counts from the beginning of time, so that everybody agrees", () => {
    expect(dueAfter({ everyMs: 600_000 }, "2026-01-01T00:07:31Z", 2)).toEqual([
      ...["2026-01-01T00:10", "2026-01-01T00:20"],
    ]);
  });
});

describe("start and end", () => {
  it("bound the due times, both included", () => {
    const day = (text: string) => Date.parse(`${text}T00:00Z`);
    const rule = { cron: "@daily", startAt: day("2026-01-03"), endAt: day("2026-01-05") };
    expect(dueAfter(rule, "2026-01-01T00:00Z", 9)).toEqual([
      ...["2026-01-03T00:00", "2026-01-04T00:00", "2026-01-05T00:00"],
    ]);
  });
});

describe("a wrong expression", () => {
  it.each([
    ["61 0 * * *", 'wrong at character 1, the minute "61": Invalid value for minute: 61'],
    ["0 0  * * MOO", 'wrong at character 10, the day of week "MOO"'],
    ["* * 25 * * *", 'wrong at character 5, the hour "25"'],
    ["0 5-2 * * *", 'wrong at character 3, the hour "5-2"'],
    ["0 0 * *", "has 4 fields; it needs five"],
    ["", "has 0 fields"],
    ["2026-05-05T00:00:00", "has 1 fields"],
    ["0 0 0 1 1 * 2027", "has 7 fields"],
    ["@often", "is not known; use @hourly"],
    ["H H * * *", 'wrong at character 1, the minute "H"'],
  ])("%j is explained with its place", (cron, problem) => {
    expect(cronProblem(cron)).toContain(problem);
  });

  it("a right one has no problem", () => {
    for (const cron of ["* * * * *", "0 0 L * *", "@daily", "*/5 8-17 * * MON-FRI", "0 0 15W * *"]) {
      expect(cronProblem(cron), cron).toBeUndefined();
    }
  });
});

describe("a time zone", () => {
  it("is one of the database, not an offset", () => {
    for (const known of ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"]) {
      expect(timezoneProblem(known)).toBeUndefined();
    }
    for (const unknown of ["Mars/Olympus", "+05:30", "", "Berlin"]) {
      expect(timezoneProblem(unknown)).toContain(`time zone "${unknown}" is not known`);
    }
  });
});

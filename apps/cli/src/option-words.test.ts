import { expect, test } from "vitest";
import { inOptionWords } from "./option-words.js";

test.each([
  [
    "everyMs must be a whole number from 1000 to 3153600000000, not 10",
    "--every must be a time from 1s to 36500d, not 10ms",
  ],
  [
    "timeoutMs must be a whole number from 1 to 1000, not 0",
    "--timeout must be a time from 1ms to 1s, not 0s",
  ],
  ["endAt must not be before startAt", "--end-at must not be before --start-at"],
  ["the dedupe id is empty", "--id is empty"],
  [
    "limit of rate must be a whole number from 1 to 9, not 0",
    "the number of starts in --rate must be a whole number from 1 to 9, not 0",
  ],
  ['workflow "kid" needs the input "everyMs"', 'workflow "kid" needs the input "everyMs"'],
  [
    'events: options.after must be the id of an event, not "z"',
    '--after must be the id of an event, not "z"',
  ],
  ["start: options.stepTimeoutMs must be a number", "--step-timeout must be a number"],
  ["the constructor is empty", "the constructor is empty"],
])("%s", (message, said) => {
  expect(inOptionWords(message)).toBe(said);
});

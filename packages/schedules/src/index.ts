/** When a schedule is due, and what is to be done about it. Pure. */
export { cronProblem, timezoneProblem } from "./cron.js";
export { nextDue } from "./due-times.js";
export { nextStep, type ScheduleStep } from "./next-step.js";

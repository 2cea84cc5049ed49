/**
 * Loaded before a worker (`node --import`): its wall clock is off by CHAOS_CLOCK_SHIFT_MS. The monotonic clock is not, as
 * on a machine whose time was set wrongly.
 */
const shiftMs = Number(process.env["CHAOS_CLOCK_SHIFT_MS"] ?? "0");
const realNow = Date.now;
const now = () => realNow() + shiftMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, values) => Reflect.construct(target, values.length === 0 ? [now()] : values),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});

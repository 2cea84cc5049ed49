/** Days in UTC: as texts `2026-11-30`, which people read, and as days since 1970, which can be counted. */

export const dayMs = 86_400_000;

/** Nothing for a text that is no day of the calendar. */
export function dayNumber(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`) / dayMs;
  return Number.isInteger(day) && day >= 0 && dayText(day) === text ? day : undefined;
}

/** `day`: days since 1970. */
export function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

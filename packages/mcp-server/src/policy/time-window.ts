const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

const names: readonly string[] = DAYS;

/** A weekday. */
export type Day = (typeof DAYS)[number];

/** Hours of some weekdays in a time zone. `from` later than `to` goes past midnight; a window belongs to the day it begins on. */
export interface TimeWindow {
  readonly days: readonly Day[];
  /** Minutes since midnight, the first that belongs to it. */
  readonly from: number;
  /** Minutes since midnight, the first that no longer does; 1440 is the day's end. */
  readonly to: number;
  readonly zone: string;
}

/** Whether a moment, in milliseconds since the epoch, lies in a window. */
export function isWithin({ days, from, to, zone }: TimeWindow, now: number): boolean {
  const { day, minute } = clockIn(zone, now);
  const yesterday = (day + 6) % 7;
  const on = (index: number): boolean => days.some((name) => name === DAYS[index]);
  if (from < to) return on(day) && minute >= from && minute < to;
  return (on(day) && minute >= from) || (on(yesterday) && minute < to);
}

function clockIn(zone: string, now: number): { readonly day: number; readonly minute: number } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  const day = names.indexOf(part("weekday").toLowerCase());
  return { day, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}

/** The weekdays that `mon-fri`, `sat` and the like mean; undefined for what means none. */
export function daysOf(text: string): readonly Day[] | undefined {
  const [first = "", last = first, more] = text.toLowerCase().split("-");
  const [start, end] = [first, last].map((word) => names.indexOf(word));
  if (start === undefined || end === undefined || start < 0 || end < 0 || more !== undefined) return undefined;
  const length = ((end - start + 7) % 7) + 1;
  return Array.from({ length }, (_, at) => DAYS[(start + at) % 7] ?? "sun");
}

/** A calendar event taken apart: what each part of a time may be. */
interface CalendarEvent {
  readonly weekdays: ReadonlySet<number>;
  readonly years: Matcher;
  readonly months: Matcher;
  readonly days: Matcher;
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
}

type Matcher = (value: number) => boolean;

const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const words: Readonly<Record<string, string>> = {
  minutely: "*:*:00",
  hourly: "*:00",
  daily: "00:00",
  weekly: "mon 00:00",
  monthly: "*-*-1 00:00",
  yearly: "*-1-1 00:00",
  annually: "*-1-1 00:00",
  quarterly: "*-1,4,7,10-1 00:00",
  semiannually: "*-1,7-1 00:00",
};

/** One part, such as `*`, `5`, `8..17`, a step or several of them. */
function matcher(text: string): Matcher {
  const tests = text.split(",").map((part): Matcher => {
    const [range = "*", step] = part.split("/");
    const [from, to] = range === "*" ? [0, undefined] : range.split("..").map(Number);
    const start = from ?? 0;
    const end = to ?? (range === "*" || step !== undefined ? Number.POSITIVE_INFINITY : start);
    const every = step === undefined ? 1 : Math.max(1, Number(step));
    return (value) => value >= start && value <= end && (value - start) % every === 0;
  });
  return (value) => tests.some((test) => test(value));
}

function values(text: string, limit: number): readonly number[] {
  const test = matcher(text);
  return Array.from({ length: limit }, (_, value) => value).filter(test);
}

function weekdays(text: string): ReadonlySet<number> {
  const indexOf = (name: string): number => weekdayNames.indexOf(name.slice(0, 3).toLowerCase());
  const days = new Set<number>();
  for (const part of text.split(",")) {
    const [from = "", to] = part.split("..");
    const last = indexOf(to ?? from);
    for (let day = indexOf(from); ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) {
        break;
      }
    }
  }
  return days;
}

function parse(schedule: string): CalendarEvent {
  const text = (words[schedule] ?? schedule).trim();
  const match = /^((?:[a-z]+(?:\.\.[a-z]+)?)(?:,[a-z]+(?:\.\.[a-z]+)?)*)?\s*([^\s:]+-[^\s:]+)?\s*(\S+)?$/i.exec(text);
  const [, week, date, time] = match ?? [];
  const dates = (date ?? "*-*-*").split("-");
  const times = time === undefined ? ["0", "0"] : time.split(":");
  const [hour = "*", minute = "0", second = "0"] = times.length === 1 ? ["*", ...times] : times;
  return {
    weekdays: week === undefined ? new Set([0, 1, 2, 3, 4, 5, 6]) : weekdays(week),
    years: matcher(dates.length > 2 ? (dates[0] ?? "*") : "*"),
    months: matcher(dates.at(-2) ?? "*"),
    days: matcher(dates.at(-1) ?? "*"),
    hours: values(hour, 24),
    minutes: values(minute, 60),
    seconds: values(second, 60),
  };
}

const day = 86_400;
/** PVE looks no further ahead than this many days. */
const horizon = 366 * 12;

/** The first moment after `after` (epoch seconds, UTC) that a schedule names; undefined when there is none. */
export function nextEvent(schedule: string, after: number): number | undefined {
  const event = parse(schedule);
  const today = Math.floor(after / day) * day;
  for (let n = 0; n < horizon; n += 1) {
    const midnight = today + n * day;
    if (isOn(event, midnight)) {
      const time = timeOfDay(event, after - midnight);
      if (time !== undefined) {
        return midnight + time;
      }
    }
  }
  return undefined;
}

function isOn(event: CalendarEvent, midnight: number): boolean {
  const date = new Date(midnight * 1000);
  return (
    event.weekdays.has(date.getUTCDay()) &&
    event.days(date.getUTCDate()) &&
    event.months(date.getUTCMonth() + 1) &&
    event.years(date.getUTCFullYear())
  );
}

/** The first named second of the day that is later than the given one. */
function timeOfDay({ hours, minutes, seconds }: CalendarEvent, after: number): number | undefined {
  for (const hour of hours) {
    for (const minute of (hour + 1) * 3600 > after ? minutes : []) {
      const found = seconds.map((second) => hour * 3600 + minute * 60 + second).find((time) => time > after);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}

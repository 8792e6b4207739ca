import * as z from "zod";
import type { Criteria, Policy, Protection, Rule, VmidRange } from "./policy.js";
import { daysOf, type TimeWindow } from "./time-window.js";

const word = z.string().min(1, { error: "is empty" });
const words = oneOrMore(word);

function oneOrMore<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), z.array(item).min(1));
}

const range = z.union([z.number(), z.string()]).transform((value, context): VmidRange => {
  const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(String(value)) ?? [];
  const found = { from: Number(first), to: Number(last) };
  if (first !== undefined && found.from <= found.to) return found;
  return refuse(context, `${JSON.stringify(value)} is no VMID and no range such as 100-199`);
});

const days = z.preprocess(
  (value) => (typeof value === "string" ? value.split(/[\s,]+/) : value),
  z.array(z.string()).transform((names, context) => {
    const found = names.map(daysOf);
    const wrong = names.find((_, at) => found[at] === undefined);
    if (wrong === undefined) return found.flatMap((some) => some ?? []);
    return refuse(context, `${JSON.stringify(wrong)} is no day and no range such as mon-fri`);
  }),
);

const hours = z.string().transform((value, context) => {
  const [, fromHour, fromMinute, toHour, toMinute] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(value) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  const isTime = Number(fromMinute) < 60 && Number(toMinute) < 60 && from < 1440 && to <= 1440 && from !== to;
  return isTime ? { from, to } : refuse(context, `${JSON.stringify(value)} is no span such as 08:00-18:00`);
});

const zone = z.string().refine(isTimeZone, {
  error: (issue) => `${JSON.stringify(issue.input)} is no time zone such as Europe/Berlin or UTC`,
});

const window = z
  .strictObject({
    days: days.default([...(daysOf("mon-sun") ?? [])]),
    hours: hours.default({ from: 0, to: 1440 }),
    zone,
  })
  .transform(({ days: on, hours: span, zone: where }): TimeWindow => ({ days: on, ...span, zone: where }));

const guests = { vmid: oneOrMore(range).optional(), tag: words.optional(), pool: words.optional() };

const rule = z
  .strictObject({
    name: word.optional(),
    effect: z.enum(["allow", "approve", "deny"], { error: "is one of allow, approve and deny" }),
    tool: words.optional(),
    operation: words.optional(),
    toolset: words.optional(),
    risk: oneOrMore(z.enum(["read", "change", "destroy"])).optional(),
    caller: words.optional(),
    node: words.optional(),
    storage: words.optional(),
    ...guests,
    time: oneOrMore(window).optional(),
    unattended: z.boolean().default(false),
  })
  .refine(({ effect, unattended }) => !unattended || effect === "allow", {
    error: "unattended goes with effect: allow only",
  });

const protection = z
  .strictObject({ name: word.optional(), ...guests })
  .refine(({ vmid, tag, pool }) => (vmid ?? tag ?? pool) !== undefined, {
    error: "names no guests: give vmid, tag or pool",
  });

/** The section `policy` of a configuration file. */
export const policySection = z.strictObject({
  default: z.enum(["allow", "approve", "deny"]).default("allow"),
  protect: z.array(protection).default([]),
  rules: z.array(rule).default([]),
});

/** The policy that a checked section describes; `source` names it in refusals. */
export function policyFrom(section: z.output<typeof policySection>, source: string): Policy {
  return {
    source,
    otherwise: section.default,
    protect: section.protect.map(({ name, ...when }) => defined<Protection>({ name, when: defined(when) })),
    rules: section.rules.map(({ name, effect, unattended, ...when }) =>
      defined<Rule>({ name, effect, unattended, when: defined<Criteria>(when) }),
    ),
  };
}

/** The same record without the keys that were left out. */
function defined<Shape extends object>(record: { [Key in keyof Shape]: Shape[Key] | undefined }): Shape {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Shape;
}

function refuse(context: z.core.$RefinementCtx, message: string): never {
  context.issues.push({ code: "custom", message, input: undefined });
  return z.NEVER;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

import type { Section } from "./section-config.js";

/** The kinds of endpoint a notification can be sent to. */
export type EndpointType = "gotify" | "sendmail" | "smtp" | "webhook";

/** An endpoint or matcher; arrays are kept as arrays. */
export interface NotificationEntry {
  /** `matcher`, or the type of the endpoint. */
  readonly type: EndpointType | "matcher";
  section: Section;
}

/** Endpoints and matchers, by name: one name space each. */
export interface NotificationState {
  readonly endpoints: Map<string, NotificationEntry>;
  readonly matchers: Map<string, NotificationEntry>;
}

/** What every installation begins with. */
export const builtInEntries: Readonly<Record<"endpoints" | "matchers", Readonly<Record<string, NotificationEntry>>>> = {
  endpoints: {
    "mail-to-root": {
      type: "sendmail",
      section: { comment: "Send mails to root@pam's email address", "mailto-user": ["root@pam"] },
    },
  },
  matchers: {
    "default-matcher": {
      type: "matcher",
      section: { comment: "Route all notifications to mail-to-root", mode: "all", target: ["mail-to-root"] },
    },
  },
};

/** The built-in endpoint and matcher. */
export function newNotifications(): NotificationState {
  const copy = (entries: Readonly<Record<string, NotificationEntry>>): Map<string, NotificationEntry> =>
    new Map(Object.entries(entries).map(([name, { type, section }]) => [name, { type, section: { ...section } }]));
  return { endpoints: copy(builtInEntries.endpoints), matchers: copy(builtInEntries.matchers) };
}

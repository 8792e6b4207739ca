import { createHash } from "node:crypto";
import { PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { pickSection, type Section } from "../section-config.js";
import { builtInEntries, type EndpointType, type NotificationEntry } from "../world-notifications.js";
import { list, need, text } from "./guest-call.js";

type Table = "endpoints" | "matchers";

/** Optional properties that `delete` may name. */
const deletable: Readonly<Record<NotificationEntry["type"], readonly string[]>> = {
  gotify: ["comment", "disable"],
  sendmail: ["author", "comment", "disable", "from-address", "mailto", "mailto-user"],
  smtp: ["author", "comment", "disable", "mailto", "mailto-user", "password", "port", "username"],
  webhook: ["body", "comment", "disable", "header", "secret"],
  matcher: ["comment", "disable", "invert-match", "match-calendar", "match-field", "match-severity", "mode", "target"],
};

const secrets = new Set(["token", "password"]);

function refuse(status: number, message: string): never {
  throw new PveFailure(status, message);
}

function origin(table: Table, name: string, { section }: NotificationEntry): string {
  const builtIn = builtInEntries[table][name];
  if (builtIn === undefined) {
    return "user-created";
  }
  return JSON.stringify(sorted(section)) === JSON.stringify(sorted(builtIn.section)) ? "builtin" : "modified-builtin";
}

function sorted(section: Section): [string, unknown][] {
  return Object.entries(section).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** An entry as it is shown: secrets stay inside, of a webhook's only the names come out. */
function shown(table: Table, name: string, entry: NotificationEntry): Record<string, unknown> {
  const visible = Object.entries(entry.section)
    .filter(([key]) => !secrets.has(key))
    .map(([key, value]) => [key, key === "secret" && typeof value === "object" ? value.map(withoutValue) : value]);
  return { ...Object.fromEntries(visible), name, origin: origin(table, name, entry) };
}

function withoutValue(secret: string): string {
  return secret.replace(/,?value=[^,]*/, "");
}

function digest(call: Call): string {
  const { endpoints, matchers } = call.world.notifications;
  return createHash("sha256")
    .update(JSON.stringify([[...endpoints], [...matchers]]))
    .digest("hex");
}

function entryOf(call: Call, table: Table, type: NotificationEntry["type"]): NotificationEntry {
  const name = need(call, "name");
  const entry = call.world.notifications[table].get(name);
  const word = table === "matchers" ? "matcher" : "endpoint";
  return entry?.type === type ? entry : refuse(404, `${word} '${name}' not found`);
}

function assertRecipient(type: NotificationEntry["type"], section: Section): void {
  const isMail = type === "sendmail" || type === "smtp";
  const recipients = [section["mailto"], section["mailto-user"]].flatMap((value) => value ?? []);
  if (isMail && recipients.length === 0) {
    refuse(400, "must at least provide one recipient, either in mailto or in mailto-user");
  }
}

function assertTargets(call: Call, section: Section): void {
  for (const target of (section["target"] ?? []) as readonly string[]) {
    if (!call.world.notifications.endpoints.has(target)) {
      refuse(404, `endpoint '${target}' does not exist`);
    }
  }
}

function create(table: Table, type: NotificationEntry["type"]): Handler {
  return (call) => {
    const name = need(call, "name");
    const { endpoints, matchers } = call.world.notifications;
    if (endpoints.has(name) || matchers.has(name)) {
      refuse(400, `Cannot create '${name}', an entity with the same name already exists`);
    }
    const section = pickSection(call.params, ["name"]);
    assertRecipient(type, section);
    assertTargets(call, section);
    call.world.notifications[table].set(name, { type, section });
  };
}

function update(table: Table, type: NotificationEntry["type"]): Handler {
  return (call) => {
    const expected = text(call, "digest");
    if (expected !== undefined && expected !== digest(call)) {
      refuse(400, "detected modified configuration - file changed by other user? Try again.");
    }
    const entry = entryOf(call, table, type);
    const section = { ...entry.section };
    for (const key of list(call, "delete")) {
      if (!deletable[type].includes(key)) {
        refuse(500, `unknown variant \`${key}\`, expected one of ${deletable[type].map((k) => `\`${k}\``).join(", ")}`);
      }
      delete section[key];
    }
    Object.assign(section, pickSection(call.params, ["name", "digest", "delete"]));
    assertRecipient(type, section);
    assertTargets(call, section);
    entry.section = section;
  };
}

/** What is built in comes back as it was; what a matcher still needs stays. */
function remove(table: Table, type: NotificationEntry["type"]): Handler {
  return (call) => {
    entryOf(call, table, type);
    const name = need(call, "name");
    const { matchers } = call.world.notifications;
    const users = [...matchers]
      .filter(([, { section }]) => ((section["target"] ?? []) as readonly string[]).includes(name))
      .map(([matcher]) => matcher);
    const builtIn = builtInEntries[table][name];
    if (builtIn !== undefined) {
      call.world.notifications[table].set(name, { type, section: { ...builtIn.section } });
      return;
    }
    if (table === "endpoints" && users.length > 0) {
      refuse(400, `cannot delete '${name}', referenced by: ${users.join(", ")}`);
    }
    call.world.notifications[table].delete(name);
  };
}

function entryHandlers(path: string, table: Table, type: NotificationEntry["type"]): Handlers {
  return {
    [`GET ${path}`]: (call) =>
      [...call.world.notifications[table]]
        .filter(([, entry]) => entry.type === type)
        .map(([name, entry]) => shown(table, name, entry)),
    [`POST ${path}`]: create(table, type),
    [`GET ${path}/{name}`]: (call) => ({
      ...shown(table, need(call, "name"), entryOf(call, table, type)),
      digest: digest(call),
    }),
    [`PUT ${path}/{name}`]: update(table, type),
    [`DELETE ${path}/{name}`]: remove(table, type),
  };
}

const listTargets: Handler = (call) =>
  [...call.world.notifications.endpoints].map(([name, entry]) => {
    const { comment, disable } = entry.section;
    const said = { ...(comment === undefined ? {} : { comment }), ...(disable === undefined ? {} : { disable }) };
    return { name, type: entry.type, origin: origin("endpoints", name, entry), ...said };
  });

/** Mail goes to the node's own mail server, which takes everything; nothing else can be reached from here. */
const testTarget: Handler = (call) => {
  const name = need(call, "name");
  const entry = call.world.notifications.endpoints.get(name) ?? refuse(404, `endpoint '${name}' does not exist`);
  if (entry.type !== "sendmail") {
    refuse(500, `Could not test target: could not notify via endpoint(s): ${name}: the simulator has no network`);
  }
};

const fieldValues: Handler = (call) => {
  const types = ["package-updates", "fencing", "replication", "vzdump", "system-mail"];
  const jobs = [...call.world.jobs.jobs].filter(([, job]) => job["type"] === "vzdump");
  return [
    ...types.map((value) => ({ field: "type", value })),
    ...[...call.world.nodes.keys()].map((value) => ({ field: "hostname", value })),
    ...jobs.map(([value, { comment }]) => ({ field: "job-id", value, ...(comment === undefined ? {} : { comment }) })),
  ];
};

function names(words: string): Handler {
  return () => words.split(" ").map((name) => ({ name }));
}

const types: readonly EndpointType[] = ["gotify", "sendmail", "smtp", "webhook"];
const path = "/cluster/notifications";

/** Where notifications go, and which ones. */
export const notificationHandlers: Handlers = {
  [`GET ${path}`]: names("endpoints matchers targets matcher-fields matcher-field-values"),
  [`GET ${path}/endpoints`]: names(types.join(" ")),
  ...Object.assign({}, ...types.map((type) => entryHandlers(`${path}/endpoints/${type}`, "endpoints", type))),
  ...entryHandlers(`${path}/matchers`, "matchers", "matcher"),
  [`GET ${path}/matcher-fields`]: names("type hostname job-id"),
  [`GET ${path}/matcher-field-values`]: fieldValues,
  [`GET ${path}/targets`]: listTargets,
  [`POST ${path}/targets/{name}/test`]: testTarget,
};

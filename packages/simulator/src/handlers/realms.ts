import type { AccessState, Realm } from "../access.js";
import { die, invalid, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  checkNewSection,
  contentDigest,
  type OptionKind,
  pickSection,
  type Section,
  type SectionOptions,
} from "../section-config.js";
import { parseOption, printOption } from "../world-option.js";
import { flag, list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";

function options(required: string, fixed: string, optional: string): SectionOptions {
  const kinds: Record<string, OptionKind> = { type: "required fixed", default: "optional", comment: "optional" };
  for (const [words, kind] of [
    [required, "required"],
    [fixed, "fixed"],
    [optional, "optional"],
  ] as const) {
    for (const word of words.split(" ").filter((w) => w !== "")) {
      kinds[word] = kind;
    }
  }
  return kinds;
}

const directory =
  "server2 port secure sslversion tfa verify capath cert certkey bind_dn password filter sync_attributes user_classes group_dn group_name_attr group_filter group_classes sync-defaults-options mode case-sensitive";

const realmOptions: Readonly<Record<Realm["type"], SectionOptions>> = {
  pam: options("", "", "tfa"),
  pve: options("", "", "tfa"),
  ad: options("server1 domain", "", `${directory} base_dn user_attr`),
  ldap: options("server1 base_dn user_attr", "", directory),
  openid: options(
    "issuer-url client-id",
    "username-claim",
    "client-key autocreate groups-claim groups-autocreate groups-overwrite prompt scopes acr-values audiences query-userinfo",
  ),
};

function digest(access: AccessState): string {
  return contentDigest([...access.realms.values()]);
}

function isDirectory(type: string): boolean {
  return type === "ldap" || type === "ad";
}

function sectionOf({ realm: _realm, default: isDefault, options: rest, ...realm }: Realm): Section {
  return { ...realm, ...(isDefault ? { default: 1 } : {}), ...rest };
}

function store(access: AccessState, id: string, section: Section): void {
  const { type, comment, default: isDefault, password: _password, ...rest } = section;
  if (isDefault === 1) {
    for (const realm of access.realms.values()) {
      delete realm.default;
    }
  }
  access.realms.set(id, {
    realm: id,
    type: type as Realm["type"],
    ...(comment === undefined ? {} : { comment: String(comment) }),
    ...(isDefault === 1 ? { default: true } : {}),
    options: rest,
  });
}

/** The parameters as the section keeps them; default options of a sync are printed in order. */
function given(call: Call): Section {
  const section = pickSection(call.params, ["realm", "digest", "delete", "check-connection"]);
  const sync = section["sync-defaults-options"];
  if (sync !== undefined) {
    const { full, purge, ...wanted } = parseOption(String(sync), "scope");
    const vanished = [...(full === "1" ? ["entry", "properties"] : []), ...(purge === "1" ? ["acl"] : [])].join(";");
    const removed = vanished === "" ? {} : { "remove-vanished": vanished };
    section["sync-defaults-options"] = printOption({ ...removed, ...wanted });
  }
  return section;
}

function assertCheckable(call: Call, type: string): void {
  if (call.params["check-connection"] !== undefined && !isDirectory(type)) {
    die("'check-connection' parameter can only be set for realms of type 'ldap' or 'ad'");
  }
}

/** Nothing outside the simulator can be reached, so a connection that is to be checked fails as a wrong name does. */
function checkConnection(call: Call): void {
  if (flag(call, "check-connection")) {
    die("Name or service not known");
  }
}

const create: Handler = (call) => {
  const { access } = call.world;
  const id = need(call, "realm");
  const type = need(call, "type") as Realm["type"];
  underLock("add auth server failed", () => {
    if (access.realms.has(id)) {
      die(`domain '${id}' already exists`);
    }
    if (id === "pam" || id === "pve") {
      die(`unable to use reserved name '${id}'`);
    }
    if (type === "pam" || type === "pve") {
      die(`unable to create builtin type '${type}'`);
    }
    assertCheckable(call, type);
    const section = given(call);
    checkNewSection(section, realmOptions[type]);
    checkConnection(call);
    store(access, id, section);
  });
};

const update: Handler = (call) => {
  const { access } = call.world;
  const id = need(call, "realm");
  underLock("update auth server failed", () => {
    assertUnmodified(digest(access), call.params["digest"]);
    const realm = access.realms.get(id) ?? die(`domain '${id}' does not exist`);
    assertCheckable(call, realm.type);
    const remove = list(call, "delete");
    const set = given(call);
    if (remove.length === 0 && Object.keys(set).length === 0) {
      die("no options specified");
    }
    const section = sectionOf(realm);
    for (const key of remove) {
      delete section[key];
    }
    changeSection(section, set, [], realmOptions[realm.type]);
    checkConnection(call);
    store(access, id, section);
  });
};

/** PVE lets the built-in realms be deleted: they are there again at the next read. */
const remove: Handler = (call) => {
  const { realms } = call.world.access;
  const id = need(call, "realm");
  underLock("delete auth server failed", () => {
    if (!realms.has(id)) {
      die(`authentication domain '${id}' does not exist`);
    }
    if (id === "pam" || id === "pve") {
      delete realms.get(id)?.default;
    } else {
      realms.delete(id);
    }
  });
};

const readRealm: Handler = (call) => {
  const { access } = call.world;
  const id = need(call, "realm");
  const realm = access.realms.get(id) ?? die(`domain '${id}' does not exist`);
  return {
    ...sectionOf(realm),
    ...(realm.type === "pam" ? { plugin: "PVE::Auth::PAM" } : {}),
    digest: digest(access),
  };
};

const sync: Handler = (call) => {
  const id = need(call, "realm");
  const realm = call.world.access.realms.get(id) ?? invalid({ realm: "Realm does not exist." });
  if (!isDirectory(realm.type)) {
    die(`Cannot sync realm type '${realm.type}'! Only LDAP/AD realms can be synced.`);
  }
  const defaults = parseOption(String(realm.options?.["sync-defaults-options"] ?? ""), "scope");
  if ((text(call, "scope") ?? defaults["scope"]) === undefined) {
    invalid({ scope: "Not passed as parameter and not defined in realm default sync options." });
  }
  const isTrial = flag(call, "dry-run");
  return call.startTask({
    node: call.world.entry,
    type: isTrial ? "auth-realm-sync-test" : "auth-realm-sync",
    id,
    work: () => unreachable(id, isTrial),
  });
};

/** There is no directory server in the simulator: a sync ends as it does when the server's name is unknown. */
function* unreachable(id: string, isTrial: boolean): Generator<TaskStep, void, void> {
  yield { ms: 200, log: `${isTrial ? "(dry test run) " : ""}starting sync for realm ${id}` };
  die("Name or service not known");
}

/** Authentication realms. */
export const realmHandlers: Handlers = {
  "GET /access/domains": ({ world }) =>
    [...world.access.realms.values()].map(({ realm, type, comment, default: isDefault, options: { tfa } = {} }) => ({
      realm,
      type,
      ...(tfa === undefined ? {} : { tfa: parseOption(String(tfa), "type")["type"] }),
      ...(comment === undefined ? {} : { comment }),
      ...(isDefault ? { default: 1 } : {}),
    })),
  "POST /access/domains": create,
  "GET /access/domains/{realm}": readRealm,
  "PUT /access/domains/{realm}": update,
  "DELETE /access/domains/{realm}": remove,
  "POST /access/domains/{realm}/sync": sync,
};

const authUrl: Handler = (call) => {
  const id = need(call, "realm");
  const realm = call.world.access.realms.get(id) ?? die(`authentication domain '${id}' does not exist`);
  if (realm.type !== "openid") {
    die(`wrong realm type (${realm.type} != openid)`);
  }
  return die(`no OpenID provider answers at ${realm.options?.["issuer-url"] ?? id}: the simulator has no network`);
};

/** Signing in through an identity provider, as far as it goes without one. */
export const openidHandlers: Handlers = {
  "GET /access/openid": () => [{ subdir: "login" }, { subdir: "auth-url" }],
  "POST /access/openid/auth-url": authUrl,
  "POST /access/openid/login": () => {
    throw new PveFailure(401, "authentication failure");
  },
};

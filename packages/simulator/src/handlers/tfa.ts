import { denied, die, invalid, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { lockOf, unlock } from "../tfa-challenge.js";
import { totpStep } from "../totp.js";
import { newTfaUser, type TfaEntry } from "../world-tfa.js";
import { flag, isRoot, need, text } from "./guest-call.js";

const read = ["User.Modify", "Sys.Audit"];
const order = ["totp", "u2f", "webauthn", "recovery", "yubico"];

function entriesOf(call: Call, userid = need(call, "userid")): TfaEntry[] {
  return [...(call.world.tfa.users.get(userid)?.entries ?? [])].sort(
    (a, b) => order.indexOf(a.type) - order.indexOf(b.type),
  );
}

function shown({ id, type, description, created, enable }: TfaEntry): Record<string, unknown> {
  return { id, type, description, created, ...(enable ? {} : { enable: 0 }) };
}

function entryOf(call: Call): TfaEntry | undefined {
  const id = need(call, "id");
  return entriesOf(call).find((candidate) => candidate.id === id);
}

function readEntry(call: Call): Record<string, unknown> {
  const entry = entryOf(call);
  if (entry === undefined) {
    throw new PveFailure(404, `No such tfa entry '${need(call, "id")}'`);
  }
  return shown(entry);
}

const listAll: Handler = (call) => {
  const { access, tfa } = call.world;
  const seesAll = call.allowed("/access/groups", read, "any");
  const groups = [...access.groups.values()].filter((g) => call.allowed(`/access/groups/${g.groupid}`, read, "any"));
  return [...tfa.users.keys()]
    .filter((userid) => seesAll || userid === call.caller.authid || groups.some((g) => g.members.has(userid)))
    .map((userid) => ({
      userid,
      entries: entriesOf(call, userid).map(shown),
      ...lockOf(tfa.users.get(userid), call.now()),
    }));
};

/** Everybody but root@pam repeats the own password before second factors are touched. */
function reauthenticate(call: Call): string {
  const userid = need(call, "userid");
  const { users } = call.world.access;
  if (!users.has(userid)) {
    die(`no such user ('${userid}')`);
  }
  if (userid === "root@pam" && !isRoot(call)) {
    denied();
  }
  if (!isRoot(call)) {
    const password = text(call, "password") ?? invalid({ password: "password is required to modify user" });
    if (users.get(call.caller.userid)?.password !== password) {
      die("invalid credentials");
    }
  }
  return userid;
}

const add: Handler = (call) => {
  const userid = reauthenticate(call);
  const type = need(call, "type");
  switch (type) {
    case "totp":
      return addTotp(call, userid);
    case "recovery":
      return addRecovery(call, userid);
    case "yubico":
      return die(`no yubico otp configuration available for realm ${userid.slice(userid.lastIndexOf("@") + 1)}`);
    default:
      return refuseKey(call, type);
  }
};

/** Security keys need a browser on the other side; without a configuration PVE refuses them as well. */
function refuseKey(call: Call, type: string): never {
  if (call.world.options[type] === undefined) {
    die(`no ${type} configuration available`);
  }
  throw new PveFailure(501, `the simulator has no security keys`);
}

function keep(call: Call, userid: string, entry: TfaEntry): void {
  const { users } = call.world.tfa;
  const user = users.get(userid);
  if (user === undefined) {
    users.set(userid, newTfaUser([entry]));
  } else {
    user.entries.push(entry);
  }
}

function addTotp(call: Call, userid: string): unknown {
  const uri = text(call, "totp") ?? die("missing 'totp' information");
  const secret = /[?&]secret=([A-Za-z2-7=]+)/.exec(uri)?.[1] ?? die("missing secret in otpauth url");
  const code = text(call, "value") ?? die("generating secret would require user feedback");
  if (totpStep(secret, code, call.now()) === undefined) {
    die("failed to verify TOTP challenge");
  }
  const id = call.world.random.uuid();
  const description = text(call, "description") ?? die("'description' is required for new entries");
  keep(call, userid, { id, type: "totp", description, created: call.now(), enable: true, secrets: [secret] });
  return { id };
}

function addRecovery(call: Call, userid: string): unknown {
  if (text(call, "description") !== undefined) {
    die("generating recovery keys does not accept a description");
  }
  if (entriesOf(call).some((entry) => entry.type === "recovery")) {
    die("user already has recovery keys");
  }
  const four = (): string => call.world.random.integer(65_536).toString(16).padStart(4, "0");
  const recovery = Array.from({ length: 10 }, () => [four(), four(), four(), four()].join("-"));
  const entry = { id: "recovery", type: "recovery", description: "", created: call.now(), enable: true } as const;
  keep(call, userid, { ...entry, secrets: recovery });
  return { id: "recovery", recovery };
}

const update: Handler = (call) => {
  reauthenticate(call);
  const entry = entryOf(call) ?? die("no such entry");
  entry.description = text(call, "description") ?? entry.description;
  entry.enable = flag(call, "enable", entry.enable);
  return "";
};

const remove: Handler = (call) => {
  const userid = reauthenticate(call);
  const gone = entryOf(call) ?? die("no such entry");
  const entries = call.world.tfa.users.get(userid)?.entries ?? [];
  entries.splice(entries.indexOf(gone), 1);
  if (entries.length > 0) {
    // What Perl's last statement leaves behind when it had nothing more to do.
    return "";
  }
  call.world.tfa.users.delete(userid);
  return undefined;
};

const unlockUser: Handler = (call) => {
  const user = call.world.tfa.users.get(need(call, "userid"));
  return user !== undefined && unlock(user, call.now()) ? 1 : "";
};

/** The kinds of factor a user has. */
const typesOf: Handler = (call) => {
  const types = [...new Set(entriesOf(call).map((entry) => entry.type))];
  if (flag(call, "multiple")) {
    return { user: types };
  }
  // The short form reads a field of the old file format, which nothing writes any more.
  return {};
};

/** Second factors. */
export const tfaHandlers: Handlers = {
  "GET /access/tfa": listAll,
  "GET /access/tfa/{userid}": (call) => entriesOf(call).map(shown),
  "POST /access/tfa/{userid}": add,
  "GET /access/tfa/{userid}/{id}": readEntry,
  "PUT /access/tfa/{userid}/{id}": update,
  "DELETE /access/tfa/{userid}/{id}": remove,
  "GET /access/users/{userid}/tfa": typesOf,
  "PUT /access/users/{userid}/unlock-tfa": unlockUser,
};

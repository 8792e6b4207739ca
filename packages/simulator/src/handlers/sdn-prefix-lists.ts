import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { parseOption } from "../world-option.js";
import type { SdnSection } from "../world-sdn.js";
import { list, need, number, text } from "./guest-call.js";
import { assertFresh, withFileDigest } from "./sdn-files.js";
import { edit, readSections } from "./sdn-sections.js";

interface Entry {
  readonly action: string;
  readonly prefix: string;
  readonly le?: number;
  readonly ge?: number;
  readonly seq: number;
}

type GivenEntry = Omit<Entry, "seq"> & { readonly seq?: number };

function readEntry(option: Readonly<Record<string, string>>): GivenEntry {
  const { action = "", prefix = "", le, ge, seq } = option;
  return {
    action,
    prefix,
    ...(le === undefined ? {} : { le: Number(le) }),
    ...(ge === undefined ? {} : { ge: Number(ge) }),
    ...(seq === undefined ? {} : { seq: Number(seq) }),
  };
}

function printEntry({ action, ge, le, prefix, seq }: Entry): string {
  const bounds = `${ge === undefined ? "" : `ge=${ge},`}${le === undefined ? "" : `le=${le},`}`;
  return `action=${action},${bounds}prefix=${prefix},seq=${seq}`;
}

function entriesOf(section: SdnSection): Entry[] {
  const { entries } = section;
  return (Array.isArray(entries) ? entries : []).map((each) => {
    const entry = readEntry(parseOption(String(each), "prefix"));
    return { ...entry, seq: entry.seq ?? 0 };
  });
}

/** The routing daemon counts in fives. */
function nextSeq(entries: readonly Entry[]): number {
  return Math.max(0, ...entries.map(({ seq }) => seq)) + 5;
}

/** Adds an entry, with a number of its own if it brings none; refuses a number that is taken and bounds that make no sense. */
function inserted(entries: readonly Entry[], given: GivenEntry): Entry[] {
  const entry = { ...given, seq: given.seq ?? nextSeq(entries) };
  if (entries.some(({ seq }) => seq === entry.seq)) {
    die(`entry with sequence number ${entry.seq} already exists!`);
  }
  assertBounds(entry);
  return [...entries, entry];
}

function assertBounds({ prefix, le, ge }: Entry): void {
  const [address = "", length = ""] = prefix.split("/");
  const most = address.includes(":") ? 128 : 32;
  for (const [bound, sign] of [
    [le, "<="],
    [ge, ">="],
  ] as const) {
    if (bound !== undefined && bound > most) {
      die(`Prefix ${sign} must not be greater than ${most}`);
    }
    if (bound !== undefined && bound < Number(length)) {
      die(`Prefix ${sign} must not be less than ${length}`);
    }
    if (sign === "<=" && le !== undefined && ge !== undefined && ge > le) {
      die(`Prefix >= (${ge}) must not be greater than Prefix <= (${le})`);
    }
  }
}

/** `entries` as it is sent: property strings. */
function givenEntries(call: Call): Entry[] {
  const { entries } = call.params;
  const given = typeof entries === "object" ? entries : [];
  return given.reduce<Entry[]>((all, each) => inserted(all, readEntry(parseOption(String(each), "prefix"))), []);
}

function sectionNamed(call: Call, text: string): SdnSection {
  const id = need(call, "id");
  return call.world.sdn.staged.prefixLists.get(id) ?? die(`${text}${id}`);
}

function change(call: Call, failing: string, work: () => Entry[]): void {
  edit(call, failing, () => {
    assertFresh(call, ["prefixLists"]);
    const entries = work().map(printEntry);
    call.world.sdn.staged.prefixLists.set(need(call, "id"), {
      type: "prefix-list",
      ...(entries.length === 0 ? {} : { entries }),
    });
  });
}

const create: Handler = (call) =>
  change(call, "creating prefix list failed", () => {
    const id = need(call, "id");
    return call.world.sdn.staged.prefixLists.has(id)
      ? die(`prefix list already exists in configuration: ${id}`)
      : givenEntries(call);
  });

const update: Handler = (call) =>
  change(call, "updating prefix list failed", () => {
    const before = sectionNamed(call, "Could not find prefix list with id: ");
    if (list(call, "delete").includes("entries")) {
      return [];
    }
    return call.params["entries"] === undefined ? entriesOf(before) : givenEntries(call);
  });

const remove: Handler = (call) =>
  edit(call, "deleting prefix list failed", () => {
    sectionNamed(call, "could not find prefix list with id: ");
    call.world.sdn.staged.prefixLists.delete(need(call, "id"));
  });

const createEntry: Handler = (call) =>
  change(call, "creating prefix list entry failed", () => {
    const before = sectionNamed(call, "could not find prefix list with id ");
    const [le, ge, seq] = ["le", "ge", "seq"].map((key) => text(call, key));
    const plain = { action: need(call, "action"), prefix: need(call, "prefix") };
    const bounds = { ...(le && { le }), ...(ge && { ge }), ...(seq && { seq }) };
    return inserted(entriesOf(before), readEntry({ ...plain, ...bounds }));
  });

const updateEntry: Handler = (call) =>
  change(call, "updating prefix list entry failed", () => {
    const entries = entriesOf(sectionNamed(call, "could not find prefix list with id "));
    const seq = number(call, "url_seq");
    const before = entries.find((entry) => entry.seq === seq);
    if (before === undefined) {
      return die(`entry with sequence number ${seq} does not exist!`);
    }
    const others = entries.filter((entry) => entry !== before);
    const given = Object.fromEntries(
      ["action", "prefix", "le", "ge", "seq"].flatMap((key) => {
        const value = text(call, key);
        return value === undefined ? [] : [[key, value]];
      }),
    );
    const after: Record<string, string> = { ...parseOption(printEntry(before), "prefix"), ...given };
    for (const key of list(call, "delete")) {
      delete after[key];
    }
    return inserted(others, readEntry(after));
  });

const removeEntry: Handler = (call) =>
  change(call, "deleting prefix list entry failed", () => {
    const seq = number(call, "url_seq");
    const section = call.world.sdn.staged.prefixLists.get(need(call, "id"));
    const entries = section === undefined ? [] : entriesOf(section);
    const left = entries.filter((entry) => entry.seq !== seq);
    return left.length === entries.length ? die(`could not find prefix list entry with seq ${seq}`) : left;
  });

function shown(call: Call): [string, Record<string, unknown>][] {
  return withFileDigest(call, ["prefixLists"], readSections(call, "prefixLists", "id"));
}

/** Prefix lists: which routes a filter lets pass. */
export const sdnPrefixListHandlers: Handlers = {
  "GET /cluster/sdn/prefix-lists": (call) =>
    shown(call)
      .filter(([id]) => call.allowed(`/sdn/prefix-lists/${id}`, ["SDN.Audit", "SDN.Allocate"], "any"))
      .map(([, view]) => view),
  "POST /cluster/sdn/prefix-lists": create,
  "GET /cluster/sdn/prefix-lists/{id}": (call) => {
    const id = need(call, "id");
    const section = call.world.sdn.staged.prefixLists.get(id);
    return section === undefined ? invalid({ id: `${id} doesn't exist` }) : { id, ...section };
  },
  "PUT /cluster/sdn/prefix-lists/{id}": update,
  "DELETE /cluster/sdn/prefix-lists/{id}": remove,
  "GET /cluster/sdn/prefix-lists/{id}/entries": (call) =>
    entriesOf(sectionNamed(call, "could not find prefix list with id: ")),
  "POST /cluster/sdn/prefix-lists/{id}/entries": createEntry,
  "GET /cluster/sdn/prefix-lists/{id}/entries/{url_seq}": (call) => {
    const [id, seq] = [need(call, "id"), number(call, "url_seq")];
    const section = call.world.sdn.staged.prefixLists.get(id);
    const entry = section === undefined ? undefined : entriesOf(section).find((each) => each.seq === seq);
    return entry ?? invalid({ id: `entry ${seq} in prefix list ${id} doesn't exist` });
  },
  "PUT /cluster/sdn/prefix-lists/{id}/entries/{url_seq}": updateEntry,
  "DELETE /cluster/sdn/prefix-lists/{id}/entries/{url_seq}": removeEntry,
};

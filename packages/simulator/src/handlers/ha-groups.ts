import { isBefore } from "../contracts.js";
import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  checkNewSection,
  pickSection,
  type Section,
  type SectionOptions,
  sectionsDigest,
} from "../section-config.js";
import { splitList } from "../verify-list.js";
import { list, need } from "./guest-call.js";
import { underLock } from "./locked.js";

const options: SectionOptions = {
  nodes: "required",
  comment: "optional",
  nofailback: "optional",
  restricted: "optional",
};

/** Groups as releases before 9.0 have them; afterwards they have become rules, and every call about them says so. */
function group(deed: string, handler: Handler): Handler {
  return (call) =>
    isBefore(call.world.release, "9.0") ? handler(call) : die(`cannot ${deed}: ha groups have been migrated to rules`);
}

function shown(call: Call, name: string, section: Section): Record<string, unknown> {
  return { ...section, group: name, digest: sectionsDigest(call.world.ha.groups) };
}

function given(call: Call, without: readonly string[]): Section {
  const section = pickSection(call.params, ["group", "type", ...without]);
  const { nodes } = section;
  return nodes === undefined ? section : { ...section, nodes: splitList(String(nodes)).toSorted().join(",") };
}

const create: Handler = (call) => {
  const { groups } = call.world.ha;
  const name = need(call, "group");
  const section = given(call, []);
  checkNewSection(section, options);
  underLock("create ha group failed", () => {
    if (groups.has(name)) {
      die(`ha group ID '${name}' already defined`);
    }
    groups.set(name, { type: "group", ...section });
  });
};

const update: Handler = (call) => {
  const { groups } = call.world.ha;
  const name = need(call, "group");
  underLock("update ha group failed", () => {
    assertUnmodified(sectionsDigest(groups), call.params["digest"]);
    const section = groups.get(name) ?? die(`no such ha group '${name}'`);
    changeSection(section, given(call, ["digest", "delete"]), list(call, "delete"), options);
  });
};

const remove: Handler = (call) => {
  const { groups, resources } = call.world.ha;
  const name = need(call, "group");
  underLock("delete ha group failed", () => {
    const user = [...resources].find(([, resource]) => resource["group"] === name);
    if (user !== undefined) {
      die(`ha group is used by service '${user[0]}'`);
    }
    groups.delete(name);
  });
};

/** Refuses a group that a resource is to belong to: one that is not there, or any where rules have taken their place. */
export function assertGroup(call: Call, name: string | undefined): void {
  if (name === undefined) {
    return;
  }
  if (!isBefore(call.world.release, "9.0")) {
    die("invalid parameter 'group': ha groups have been migrated to rules");
  }
  if (!call.world.ha.groups.has(name)) {
    die(`HA group '${name}' does not exist`);
  }
}

/** Which nodes resources run on, before there were rules. */
export const haGroupHandlers: Handlers = {
  "GET /cluster/ha/groups": group("index groups", (call) =>
    [...call.world.ha.groups].map(([name, section]) => shown(call, name, section)),
  ),
  "POST /cluster/ha/groups": group("create group", create),
  "GET /cluster/ha/groups/{group}": group("read group", (call) => {
    const name = need(call, "group");
    return shown(call, name, call.world.ha.groups.get(name) ?? die(`no such ha group '${name}'`));
  }),
  "PUT /cluster/ha/groups/{group}": group("update group", update),
  "DELETE /cluster/ha/groups/{group}": group("delete group", remove),
};

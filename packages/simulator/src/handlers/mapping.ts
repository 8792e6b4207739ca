import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import {
  assertUnmodified,
  changeSection,
  checkNewSection,
  pickSection,
  type Section,
  type SectionOptions,
  type Sections,
  sectionsDigest,
} from "../section-config.js";
import { parseOption } from "../world-option.js";
import { list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";

type Kind = "pci" | "usb" | "dir";

const options: Readonly<Record<Kind, SectionOptions>> = {
  pci: { map: "required", description: "optional", mdev: "optional", "live-migration-capable": "optional" },
  usb: { map: "required", description: "optional" },
  dir: { map: "required", description: "optional" },
};

const words: Readonly<Record<Kind, string>> = { pci: "hardware", usb: "hardware", dir: "directory" };

function sectionsOf(call: Call, kind: Kind): Sections {
  return call.world.mapping[kind];
}

function shown(call: Call, kind: Kind, section: Section): Record<string, unknown> {
  return { ...section, type: kind, digest: sectionsDigest(sectionsOf(call, kind)) };
}

interface Finding {
  readonly severity: "warning" | "error";
  readonly message: string;
}

/** What is wrong with a mapping on one node: folders are taken to be there, and no simulated node has a device to pass on. */
function findings(kind: Kind, section: Section, node: string): Finding[] {
  const maps = (section["map"] as readonly string[]).map((map) => parseOption(map, "node"));
  const here = maps.filter((map) => map["node"] === node);
  if (here.length === 0) {
    return [{ severity: "warning", message: `No mapping for node ${node}.` }];
  }
  if (kind === "dir") {
    return [];
  }
  return here.map((map) => {
    const device = kind === "pci" ? map["path"] : map["id"];
    return { severity: "error", message: `Invalid configuration: ${kind} device '${device}' not found\n` };
  });
}

/** Mappings with the findings for one node, under the name that each kind gives them. */
function index(kind: Kind): Handler {
  return (call) => {
    const node = text(call, "check-node");
    const visible = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];
    return [...sectionsOf(call, kind)]
      .filter(([id]) => call.allowed(`/mapping/${kind}/${id}`, visible, "any"))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, section]) => {
        const found =
          node === undefined ? {} : { [kind === "usb" ? "errors" : "checks"]: findings(kind, section, node) };
        return { ...shown(call, kind, section), id, ...found };
      });
  };
}

function create(kind: Kind): Handler {
  return (call) => {
    const id = need(call, "id");
    const section = pickSection(call.params, ["id"]);
    checkNewSection(section, options[kind]);
    underLock(`create ${words[kind]} mapping failed`, () => {
      const sections = sectionsOf(call, kind);
      if (sections.has(id)) {
        die(`${kind} ID '${id}' already defined`);
      }
      sections.set(id, section);
    });
  };
}

/** A change has to name the whole mapping again. */
function update(kind: Kind): Handler {
  return (call) => {
    const id = need(call, "id");
    underLock(`update ${words[kind]} mapping failed`, () => {
      const sections = sectionsOf(call, kind);
      assertUnmodified(sectionsDigest(sections), call.params["digest"]);
      const section = sections.get(id) ?? die(`${kind} ID '${id}' does not exist`);
      const given = pickSection(call.params, ["id", "digest", "delete"]);
      checkNewSection(given, options[kind]);
      changeSection(section, given, list(call, "delete"), options[kind]);
    });
  };
}

function handlersOf(kind: Kind): Handlers {
  const path = `/cluster/mapping/${kind}`;
  return {
    [`GET ${path}`]: index(kind),
    [`POST ${path}`]: create(kind),
    [`GET ${path}/{id}`]: (call) => {
      const id = need(call, "id");
      return shown(call, kind, sectionsOf(call, kind).get(id) ?? die(`mapping '${id}' not found`));
    },
    [`PUT ${path}/{id}`]: update(kind),
    // Deleting what is not there is fine with PVE.
    [`DELETE ${path}/{id}`]: (call) => {
      sectionsOf(call, kind).delete(need(call, "id"));
    },
  };
}

/** Names for devices and folders that are elsewhere on each node. */
export const mappingHandlers: Handlers = {
  "GET /cluster/mapping": () => ["dir", "pci", "usb"].map((name) => ({ name })),
  ...handlersOf("pci"),
  ...handlersOf("usb"),
  ...handlersOf("dir"),
};

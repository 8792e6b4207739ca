import { die } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { pickSection } from "../section-config.js";
import { splitList } from "../verify-list.js";
import { parseOption } from "../world-option.js";
import { list, text } from "./guest-call.js";
import { underLock } from "./locked.js";
import { allowedTags } from "./tags.js";

/** Datacenter options that are kept as property strings and shown as objects. */
const parsed = new Set(
  "migration replication ha crs next-id u2f webauthn tag-style user-tag-access notify location".split(" "),
);

const readOptions: Handler = (call) => {
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(call.world.options)) {
    options[key] = shown(key, String(value));
  }
  options["mac_prefix"] ??= "BC:24:11";
  options["allowed-tags"] = allowedTags(call);
  if (call.allowed("/", ["Sys.Audit"])) {
    return options;
  }
  return Object.fromEntries(
    ["console", "tag-style", "allowed-tags"].flatMap((key) => (key in options ? [[key, options[key]]] : [])),
  );
};

/** Plain values come back as they were written, numbers as texts. */
function shown(key: string, value: string): unknown {
  if (key === "registered-tags") {
    return splitList(value);
  }
  if (key === "description" && !value.endsWith("\n")) {
    return `${value}\n`;
  }
  if (!parsed.has(key)) {
    return value;
  }
  const option: Record<string, unknown> = parseOption(value, key === "u2f" ? "appid" : "type");
  const allow = option["user-allow-list"];
  return allow === undefined ? option : { ...option, "user-allow-list": splitList(String(allow)) };
}

const setOptions: Handler = (call) => {
  const given = pickSection(call.params, ["delete"]);
  underLock(undefined, () => {
    const range = parseOption(text(call, "next-id") ?? "", "lower");
    const lower = Number(range["lower"] ?? 100);
    const upper = Number(range["upper"] ?? 1_000_000);
    if (lower > upper) {
      die(`lower (${lower}) <= upper (${upper}) boundary rule broken`);
    }
    for (const [key, value] of Object.entries(given)) {
      call.world.options[key] = String(value);
    }
    for (const key of list(call, "delete")) {
      delete call.world.options[key];
    }
  });
};

/** The options of the datacenter. */
export const clusterOptionHandlers: Handlers = {
  "GET /cluster/options": readOptions,
  "PUT /cluster/options": setOptions,
};

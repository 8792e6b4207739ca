import { contractOf } from "../contracts.js";
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
import { acmeAccountHandlers, directories, termsOf } from "./acme-accounts.js";
import { list, need, text } from "./guest-call.js";
import { underLock } from "./locked.js";

const options: Readonly<Record<string, SectionOptions>> = {
  dns: { api: "required", data: "optional", nodes: "optional", disable: "optional", "validation-delay": "optional" },
  standalone: { nodes: "optional", disable: "optional" },
};

function shown(call: Call, id: string, plugin: Section): Record<string, unknown> {
  return { ...plugin, plugin: id, digest: sectionsDigest(call.world.acme.plugins) };
}

/** Plugin data comes as base64 and is kept as the lines that are in it. */
function given(call: Call, without: readonly string[]): Section {
  const section = pickSection(call.params, ["id", ...without]);
  const data = section["data"];
  return data === undefined ? section : { ...section, data: Buffer.from(String(data), "base64").toString("utf8") };
}

const listPlugins: Handler = (call) => {
  const type = text(call, "type");
  return [...call.world.acme.plugins]
    .filter(([, plugin]) => type === undefined || plugin["type"] === type)
    .map(([id, plugin]) => shown(call, id, plugin));
};

const readPlugin: Handler = (call) => {
  const id = need(call, "id");
  return shown(call, id, call.world.acme.plugins.get(id) ?? die(`ACME plugin '${id}' not defined`));
};

const createPlugin: Handler = (call) => {
  const id = need(call, "id");
  const { plugins } = call.world.acme;
  underLock(undefined, () => {
    if (plugins.has(id)) {
      die(`ACME plugin ID '${id}' already exists`);
    }
    const section = given(call, ["type"]);
    const type = need(call, "type");
    checkNewSection(section, options[type] ?? {});
    plugins.set(id, { type, ...section });
  });
};

const updatePlugin: Handler = (call) => {
  const id = need(call, "id");
  const { plugins } = call.world.acme;
  underLock(undefined, () => {
    assertUnmodified(sectionsDigest(plugins), call.params["digest"]);
    const plugin = plugins.get(id) ?? die(`ACME plugin ID '${id}' does not exist`);
    changeSection(
      plugin,
      given(call, ["digest", "delete"]),
      list(call, "delete"),
      options[String(plugin["type"])] ?? {},
    );
  });
};

/** The standalone plugin is there again at the next read; deleting what is not there is fine. */
const deletePlugin: Handler = (call) => {
  const id = need(call, "id");
  if (id === "standalone") {
    call.world.acme.plugins.set(id, { type: "standalone" });
  } else {
    call.world.acme.plugins.delete(id);
  }
};

/** The DNS services of the contract; which fields each of them takes is not part of it. */
function challengeSchema(call: Call): unknown {
  const api = contractOf(call.world.release).operations["POST /cluster/acme/plugins"]?.parameters.properties["api"];
  return (api?.enum ?? []).map((id) => ({ id, name: id, type: "dns", schema: {} }));
}

function directoryOf(call: Call): string {
  return text(call, "directory") ?? directories[0]?.url ?? "";
}

/** An authority that cannot be reached fails with the text of the failed request. */
const meta: Handler = (call) => {
  const directory = directoryOf(call);
  const terms = termsOf(directory) ?? die(`Error: GET to ${directory}`);
  return { termsOfService: terms, website: "https://letsencrypt.org", caaIdentities: ["letsencrypt.org"] };
};

const terms: Handler = (call) => {
  const directory = directoryOf(call);
  return termsOf(directory) ?? die(`Error: GET to ${directory}`);
};

const index = "account tos meta directories plugins challenge-schema";

/** Certificates from an authority: accounts, plugins and what the authority says of itself. */
export const acmeHandlers: Handlers = {
  "GET /cluster/acme": () => index.split(" ").map((name) => ({ name })),
  ...acmeAccountHandlers,
  "GET /cluster/acme/challenge-schema": challengeSchema,
  "GET /cluster/acme/directories": () => directories,
  "GET /cluster/acme/meta": meta,
  "GET /cluster/acme/tos": terms,
  "GET /cluster/acme/plugins": listPlugins,
  "POST /cluster/acme/plugins": createPlugin,
  "GET /cluster/acme/plugins/{id}": readPlugin,
  "PUT /cluster/acme/plugins/{id}": updatePlugin,
  "DELETE /cluster/acme/plugins/{id}": deletePlugin,
};

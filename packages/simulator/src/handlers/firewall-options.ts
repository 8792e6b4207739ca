import { invalid } from "../failure.js";
import type { Handler, Handlers } from "../handler.js";
import { assertUnmodified, contentDigest, pickSection } from "../section-config.js";
import type { FindConfig } from "./firewall-sets.js";
import { list } from "./guest-call.js";

/** Reading and setting the options of one configuration; `names` are those it knows. */
export function optionHandlers(path: string, find: FindConfig, names: string): Handlers {
  const known = names.split(" ");
  const update: Handler = (call) => {
    const { options } = find(call);
    assertUnmodified(contentDigest(options), call.params["digest"]);
    for (const name of list(call, "delete")) {
      if (!known.includes(name)) {
        invalid({ delete: `no such option '${name}'` });
      }
      delete options[name];
    }
    Object.assign(options, pickSection(call.params, ["node", "vmid", "vnet", "digest", "delete"]));
    if (Number(options["enable"] ?? 0) > 1 && call.params["enable"] !== undefined) {
      // The time of switching on: a node that does not confirm soon switches the firewall off again.
      options["enable"] = call.now();
    }
  };
  return {
    [`GET ${path}`]: (call) => ({ ...find(call).options, digest: contentDigest(find(call).options) }),
    [`PUT ${path}`]: update,
  };
}

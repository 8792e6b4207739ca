import type { Call, Handler, Handlers } from "../handler.js";
import { configIn, type FirewallConfig } from "../world-firewall.js";
import { firewallGroupHandlers } from "./firewall-groups.js";
import { listMacros } from "./firewall-macros.js";
import { optionHandlers } from "./firewall-options.js";
import { ruleHandlers } from "./firewall-rules.js";
import { aliasHandlers, type FindConfig, setHandlers } from "./firewall-sets.js";
import { vnetFirewallHandlers } from "./firewall-vnet.js";
import { nodeOf, text, vmidOf } from "./guest-call.js";

const clusterOptions = "ebtables enable log_ratelimit policy_forward policy_in policy_out";
const nodeOptions =
  "enable log_level_forward log_level_in log_level_out log_nf_conntrack ndp nf_conntrack_allow_invalid nf_conntrack_helpers nf_conntrack_max nf_conntrack_tcp_timeout_established nf_conntrack_tcp_timeout_syn_recv nftables nosmurfs protection_synflood protection_synflood_burst protection_synflood_rate smurf_log_level tcp_flags_log_level tcpflags";
const guestOptions = "dhcp enable ipfilter log_level_in log_level_out macfilter ndp policy_in policy_out radv";

const ofCluster: FindConfig = (call) => call.world.firewall.cluster;
const ofNode: FindConfig = (call) => configIn(call.world.firewall.nodes, nodeOf(call));
const ofGuest: FindConfig = (call) => configIn(call.world.firewall.guests, vmidOf(call));

function isEmpty({ options, rules, aliases, ipsets }: FirewallConfig): boolean {
  return Object.keys(options).length === 0 && rules.length === 0 && aliases.size === 0 && ipsets.size === 0;
}

function refs(config: FirewallConfig, scope: "dc" | "guest", type: string | undefined): Record<string, unknown>[] {
  const sets = [...config.ipsets].map(([name, { comment }]) => ({ type: "ipset", name, ref: `+${name}`, comment }));
  const aliases = [...config.aliases].map(([name, { comment }]) => ({ type: "alias", name, ref: name, comment }));
  return [...sets, ...aliases]
    .filter((item) => type === undefined || item.type === type)
    .map(({ comment, ...item }) => ({ ...item, scope, ...(comment === undefined ? {} : { comment }) }));
}

/** No packet is ever logged here, so the log file is as absent as on a node without a logging rule. */
const emptyLog: Handler = (call) => {
  call.total = 1;
  return [{ n: 1, t: "unable to open file - No such file or directory" }];
};

function names(words: string): Handler {
  return () => words.split(" ").map((name) => ({ name }));
}

function ofClusterHandlers(): Handlers {
  const path = "/cluster/firewall";
  const isFresh = (call: Call): boolean => isEmpty(ofCluster(call)) && call.world.firewall.groups.size === 0;
  const context = (call: Call) => ({ env: "cluster" as const, cluster: ofCluster(call) });
  return {
    [`GET ${path}`]: names("aliases rules options groups ipset macros refs"),
    ...optionHandlers(`${path}/options`, ofCluster, clusterOptions),
    ...ruleHandlers(`${path}/rules`, { holder: ofCluster, context, isFresh }),
    ...aliasHandlers(`${path}/aliases`, ofCluster),
    ...setHandlers(`${path}/ipset`, ofCluster, ofCluster),
    ...firewallGroupHandlers,
    [`GET ${path}/macros`]: () => listMacros(),
    [`GET ${path}/refs`]: (call) => refs(ofCluster(call), "dc", text(call, "type")),
  };
}

function ofNodeHandlers(): Handlers {
  const path = "/nodes/{node}/firewall";
  const context = (call: Call) => ({ env: "host" as const, cluster: ofCluster(call) });
  return {
    [`GET ${path}`]: names("rules options log"),
    ...optionHandlers(`${path}/options`, ofNode, nodeOptions),
    ...ruleHandlers(`${path}/rules`, { holder: ofNode, context }),
    [`GET ${path}/log`]: emptyLog,
  };
}

function ofGuestHandlers(kind: "qemu" | "lxc"): Handlers {
  const path = `/nodes/{node}/${kind}/{vmid}/firewall`;
  const env = kind === "qemu" ? "vm" : "ct";
  const context = (call: Call) => ({ env, cluster: ofCluster(call), own: ofGuest(call) }) as const;
  return {
    [`GET ${path}`]: names("rules aliases ipset refs options"),
    ...optionHandlers(`${path}/options`, ofGuest, guestOptions),
    ...ruleHandlers(`${path}/rules`, { holder: ofGuest, context }),
    ...aliasHandlers(`${path}/aliases`, ofGuest),
    ...setHandlers(`${path}/ipset`, ofGuest, ofCluster),
    [`GET ${path}/log`]: emptyLog,
    [`GET ${path}/refs`]: (call) => {
      const type = text(call, "type");
      return [...refs(ofCluster(call), "dc", type), ...refs(ofGuest(call), "guest", type)];
    },
  };
}

/** The firewall on all its levels. */
export const firewallHandlers: Handlers = {
  ...ofClusterHandlers(),
  ...ofNodeHandlers(),
  ...ofGuestHandlers("qemu"),
  ...ofGuestHandlers("lxc"),
  ...vnetFirewallHandlers,
};

import { denied, die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { configIn, type FirewallConfig } from "../world-firewall.js";
import { optionHandlers } from "./firewall-options.js";
import { ruleHandlers } from "./firewall-rules.js";
import { need } from "./guest-call.js";

const path = "/cluster/sdn/vnets/{vnet}/firewall";

/** The configuration of an applied virtual network, for those who may look at it or, to change it, allocate it. */
function ofVnet(call: Call): FirewallConfig {
  const id = need(call, "vnet");
  const vnet = call.world.sdn.running.vnets.get(id);
  if (vnet === undefined) {
    return die("invalid vnet specified at /usr/share/perl5/PVE/API2/Firewall/Helpers.pm line 54.");
  }
  const privs = call.route.startsWith("GET ") ? ["SDN.Audit", "SDN.Allocate"] : ["SDN.Allocate"];
  const where = `/sdn/zones/${String(vnet["zone"])}/${id}`;
  if (!call.allowed(where, privs, "any")) {
    denied(`${where}, ${privs.join("|")}`);
  }
  return configIn(call.world.firewall.vnets, id);
}

const index: Handler = () => [{ name: "rules" }, { name: "options" }];

/** The firewall of virtual networks. */
export const vnetFirewallHandlers: Handlers = {
  [`GET ${path}`]: index,
  ...optionHandlers(`${path}/options`, ofVnet, "enable log_level_forward policy_forward"),
  ...ruleHandlers(`${path}/rules`, {
    holder: ofVnet,
    context: (call) => ({ env: "vnet", cluster: call.world.firewall.cluster }),
  }),
};

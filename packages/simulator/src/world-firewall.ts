import type { Section } from "./section-config.js";

/** An address with a name. */
export interface FirewallAlias {
  /** As written; looked up in lower case. */
  readonly name: string;
  readonly cidr: string;
  readonly ipversion: 4 | 6;
  readonly comment?: string;
}

/** One entry of an IP set. */
export interface FirewallEntry {
  readonly cidr: string;
  nomatch?: 1;
  comment?: string;
}

/** A named set of addresses. */
export interface FirewallSet {
  comment?: string;
  entries: FirewallEntry[];
}

/** One rule; keys are PVE's parameter names. */
export type FirewallRule = Record<string, string | number>;

/** One firewall configuration: of the cluster, a node or a guest. */
export interface FirewallConfig {
  readonly options: Section;
  rules: FirewallRule[];
  /** By name in lower case. */
  readonly aliases: Map<string, FirewallAlias>;
  readonly ipsets: Map<string, FirewallSet>;
}

/** A security group: rules under a name. */
export interface FirewallGroup {
  comment?: string;
  rules: FirewallRule[];
}

/** All firewall configurations. */
export interface FirewallState {
  readonly cluster: FirewallConfig;
  readonly groups: Map<string, FirewallGroup>;
  /** By node name. */
  readonly nodes: Map<string, FirewallConfig>;
  /** By VMID. */
  readonly guests: Map<number, FirewallConfig>;
  /** By virtual network. */
  readonly vnets: Map<string, FirewallConfig>;
}

/** A configuration without anything in it. */
export function newFirewallConfig(): FirewallConfig {
  return { options: {}, rules: [], aliases: new Map(), ipsets: new Map() };
}

/** No firewall anywhere. */
export function newFirewall(): FirewallState {
  return { cluster: newFirewallConfig(), groups: new Map(), nodes: new Map(), guests: new Map(), vnets: new Map() };
}

/** The configuration of a node or guest, made when first asked for. */
export function configIn<K>(configs: Map<K, FirewallConfig>, key: K): FirewallConfig {
  const config = configs.get(key) ?? newFirewallConfig();
  configs.set(key, config);
  return config;
}

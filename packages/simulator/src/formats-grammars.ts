import type { Schema } from "./contract.js";
import type { PropertyGrammar } from "./property-string.js";

const text: Schema = { type: "string", optional: true };
const flag: Schema = { type: "boolean", optional: true };
const count: Schema = { type: "integer", optional: true, minimum: 0 };
const rate: Schema = { type: "number", optional: true, minimum: 0 };
const isDefault = { default_key: true } as const;
const required = { optional: false } as const;

function oneOf(...values: readonly string[]): Schema {
  return { type: "string", optional: true, enum: values };
}

function named(format: string): Schema {
  return { type: "string", optional: true, format };
}

function matching(pattern: string): Schema {
  return { type: "string", optional: true, pattern };
}

const pciId = matching("0x[0-9a-fA-F]{4}");
const smbiosText: Schema = { ...text, pattern: "[A-Za-z0-9+/]+={0,2}" };

/**
 * Property-string grammars that PVE's API description only names. Formats whose grammar stands in the contract are not
 * repeated here.
 */
export const namedGrammars: Readonly<Record<string, PropertyGrammar>> = {
  "prune-backups": {
    "keep-all": flag,
    "keep-last": count,
    "keep-hourly": count,
    "keep-daily": count,
    "keep-weekly": count,
    "keep-monthly": count,
    "keep-yearly": count,
  },
  "backup-performance": {
    "max-workers": { ...count, minimum: 1, maximum: 256 },
    "pbs-entries-max": { ...count, minimum: 1 },
  },
  "backup-fleecing": { enabled: { ...flag, ...isDefault }, storage: named("pve-storage-id") },
  bwlimit: { default: rate, restore: rate, migration: rate, clone: rate, move: rate },
  "realm-sync-options": {
    scope: oneOf("users", "groups", "both"),
    "remove-vanished": matching("(?:(acl|properties|entry);)*(acl|properties|entry)|none"),
    "enable-new": flag,
    full: flag,
    purge: flag,
  },
  "proxmox-remote": {
    host: { ...text, ...required },
    port: { type: "integer", optional: true },
    apitoken: { ...text, ...required },
    fingerprint: matching("(?:[A-Fa-f0-9]{2}:){31}[A-Fa-f0-9]{2}"),
  },
  "pve-sdn-dhcp-range": {
    "start-address": { ...named("ip"), ...required },
    "end-address": { ...named("ip"), ...required },
  },
  "pve-node-location": {
    name: text,
    latitude: { type: "number", minimum: -90, maximum: 90 },
    longitude: { type: "number", minimum: -180, maximum: 180 },
  },
  "pve-qm-ipconfig": {
    ip: named("pve-ipv4-config"),
    gw: { ...named("ipv4"), requires: "ip" },
    ip6: named("pve-ipv6-config"),
    gw6: { ...named("ipv6"), requires: "ip6" },
  },
  "pve-sdn-fabric-wireguard-interface": {
    name: { type: "string", minLength: 1, maxLength: 8, pattern: "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}[a-zA-Z0-9]?" },
    listen_port: { type: "integer", minimum: 0, maximum: 65_535 },
    public_key: text,
    ip: named("FullRangeCIDR"),
    ip6: named("FullRangeCIDR"),
    ip6_ll: flag,
  },
  "pve-tfa-config": {
    type: { ...oneOf("yubico", "oath"), ...required },
    id: text,
    key: text,
    url: text,
    digits: { ...count, minimum: 6, maximum: 8 },
    step: { ...count, minimum: 10 },
  },
  "pve-qm-boot": { legacy: { ...matching("[acdn]{1,4}"), ...isDefault }, order: text },
  "pve-qm-rng": {
    source: { ...oneOf("/dev/urandom", "/dev/random", "/dev/hwrng"), ...isDefault, ...required },
    max_bytes: { type: "integer", optional: true },
    period: { type: "integer", optional: true },
  },
  "pve-qm-watchdog": {
    model: { ...oneOf("i6300esb", "ib700"), ...isDefault },
    action: oneOf("reset", "shutdown", "poweroff", "pause", "debug", "none"),
  },
  "pve-qm-smbios1": {
    uuid: matching("[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}"),
    version: smbiosText,
    serial: smbiosText,
    manufacturer: smbiosText,
    product: smbiosText,
    sku: smbiosText,
    family: smbiosText,
    base64: flag,
  },
  "pve-qm-cicustom": {
    meta: named("pve-volume-id"),
    network: named("pve-volume-id"),
    user: named("pve-volume-id"),
    vendor: named("pve-volume-id"),
  },
  "pve-qm-hostpci": {
    host: { ...text, ...isDefault },
    mapping: named("pve-configid"),
    rombar: flag,
    romfile: matching("[^,;]+"),
    pcie: flag,
    "x-vga": flag,
    "legacy-igd": flag,
    mdev: matching("[^/.:]+"),
    driver: oneOf("vfio", "keep"),
    "vendor-id": pciId,
    "device-id": pciId,
    "sub-vendor-id": pciId,
    "sub-device-id": pciId,
  },
  "pve-qemu-sev-fmt": {
    type: { ...oneOf("std", "es", "snp"), ...isDefault, ...required },
    "no-debug": flag,
    "no-key-sharing": flag,
    "allow-smt": flag,
    "kernel-hashes": flag,
  },
  "pve-qemu-tdx-fmt": {
    type: { ...oneOf("tdx"), ...isDefault, ...required },
    attestation: flag,
    "vsock-cid": count,
    "vsock-port": count,
  },
  "pve-vm-cpu-conf": {
    cputype: { ...text, ...isDefault },
    "reported-model": text,
    hidden: flag,
    "hv-vendor-id": matching("[a-zA-Z0-9]{1,12}"),
    flags: matching("[+-][a-zA-Z0-9\\-_.]+(?:;[+-][a-zA-Z0-9\\-_.]+)*"),
    "phys-bits": named("pve-phys-bits"),
    "guest-phys-bits": { type: "integer", optional: true, minimum: 32, maximum: 64 },
    level: count,
  },
};

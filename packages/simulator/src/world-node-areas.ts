import type { Config } from "./world.js";
import type { CephState } from "./world-ceph.js";
import type { NodeCertificates, Validity } from "./world-certificates.js";
import { type Consoles, newConsoles } from "./world-consoles.js";
import type { NodeDisks } from "./world-disks.js";
import type { Inside } from "./world-insides.js";
import type { NodeNetwork } from "./world-network.js";
import type { NodeSettings } from "./world-node-settings.js";
import type { NodePackages } from "./world-packages.js";
import { newSdn, type SdnState } from "./world-sdn.js";

/** What nodes keep beside guests and storages, by node; entries appear when they are first needed. */
export interface NodeAreas {
  /** ACME accounts that certificates can be ordered with. */
  readonly acmeAccounts: Set<string>;
  /** Absent where it was never installed. */
  ceph?: CephState;
  readonly certificates: Map<string, NodeCertificates>;
  /** Set by seeds: how long a node's own certificate is good for. */
  readonly certificateValidity: Map<string, Validity>;
  readonly consoles: Consoles;
  /** CPU models of the cluster's own, without the `custom-` of their users. */
  readonly cpuModels: Map<string, Config>;
  readonly disks: Map<string, NodeDisks>;
  /** What guests' agents work on, by VMID. */
  readonly insides: Map<number, Inside>;
  readonly networks: Map<string, NodeNetwork>;
  readonly nodeSettings: Map<string, NodeSettings>;
  readonly packages: Map<string, NodePackages>;
  readonly sdn: SdnState;
}

/** The areas before anybody has looked. */
export function newNodeAreas(): NodeAreas {
  return {
    acmeAccounts: new Set(),
    certificates: new Map(),
    certificateValidity: new Map(),
    consoles: newConsoles(),
    cpuModels: new Map(),
    disks: new Map(),
    insides: new Map(),
    networks: new Map(),
    nodeSettings: new Map(),
    packages: new Map(),
    sdn: newSdn(),
  };
}

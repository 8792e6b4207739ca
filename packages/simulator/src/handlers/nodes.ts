import type { Handler, Handlers } from "../handler.js";
import { managerVersion, repoid } from "../release-versions.js";
import { figuresAt, guestFigures } from "../world-figures.js";
import { nodeSeries } from "../world-series.js";
import { nodeItem } from "./cluster-resources.js";
import { nodeOf } from "./guest-call.js";
import { nodeNamed } from "./node-named.js";
import { networkHandlers } from "./nodes-network.js";
import { seriesRequest } from "./series-request.js";

const kernel = {
  sysname: "Linux",
  release: "6.17.2-1-pve",
  version: "#1 SMP PREEMPT_DYNAMIC PMX 6.17.2-1",
  machine: "x86_64",
};

const index =
  "aplinfo apt capabilities ceph certificates config disks dns firewall hardware hosts journal lxc migrateall netstat network qemu query-oci-repo-tags query-url-metadata replication report rrd rrddata scan sdn services spiceshell startall status stopall storage subscription suspendall syslog tasks termproxy time version vncshell vzdump wakeonlan";

const cpuFlags =
  "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm constant_tsc rep_good nopl cpuid pni pclmulqdq ssse3 fma cx16 sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand svm";

const listNodes: Handler = (call) => {
  const figures = figuresAt(call.world, call.now());
  return [...call.world.nodes.values()].map((node) => ({
    ...nodeItem(call, node, figures),
    ssl_fingerprint: node.fingerprint,
  }));
};

const nodeStatus: Handler = (call) => {
  const node = nodeNamed(call);
  const { cpu, mem, disk, uptime } = figuresAt(call.world, call.now()).node(node);
  const load = cpu * node.cores;
  return {
    uptime,
    cpu,
    wait: 0.0021,
    idle: 0,
    loadavg: [load * 1.05, load, load * 0.94].map((value) => value.toFixed(2)),
    kversion: `Linux ${kernel.release} ${kernel.version}`,
    "current-kernel": kernel,
    "boot-info": { mode: "efi", secureboot: 0 },
    pveversion: `pve-manager/${managerVersion(call.world.release)}/${repoid}`,
    cpuinfo: {
      model: node.cpuModel,
      vendor: "AuthenticAMD",
      family: "25",
      mhz: node.mhz,
      cpus: node.cores,
      cores: node.cores / node.sockets,
      sockets: node.sockets,
      flags: cpuFlags,
      hvm: "1",
      user_hz: 100,
    },
    memory: { total: node.memory, used: mem, free: node.memory - mem, available: node.memory - mem },
    swap: { total: node.swap, used: 0, free: node.swap },
    ksm: { shared: 0 },
    rootfs: {
      total: node.rootfs,
      used: disk,
      free: node.rootfs - disk,
      avail: Math.floor((node.rootfs - disk) * 0.95),
    },
  };
};

const netstat: Handler = (call) => {
  const lines: Record<string, string>[] = [];
  for (const guest of call.world.guests.values()) {
    if (guest.node === nodeOf(call) && guest.running !== undefined) {
      const { netin, netout } = guestFigures(call.world, guest, call.now());
      lines.push({ vmid: String(guest.vmid), dev: "net0", in: String(netin), out: String(netout) });
    }
  }
  return lines;
};

/** Nodes: lists, status, history, plain settings and backups. */
export const nodeHandlers: Handlers = {
  "GET /nodes": listNodes,
  "GET /nodes/{node}": () => index.split(" ").map((name) => ({ name })),
  "GET /nodes/{node}/status": nodeStatus,
  "GET /nodes/{node}/rrddata": (call) => nodeSeries(call.world, nodeNamed(call), seriesRequest(call)),
  "GET /nodes/{node}/netstat": netstat,
  "GET /nodes/{node}/version": ({ world: { release } }) => ({
    version: managerVersion(release),
    release,
    repoid,
  }),
  ...networkHandlers,
};

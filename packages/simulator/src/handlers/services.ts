import { die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import { settingsOf } from "../world-node-settings.js";
import { need, nodeOf } from "./guest-call.js";

/** The units a node lets one look at, with what systemd calls them. */
const services: Readonly<Record<string, string>> = {
  chrony: "chrony, an NTP client/server",
  corosync: "Corosync Cluster Engine",
  cron: "Regular background program processing daemon",
  ksmtuned: "Kernel Samepage Merging (KSM) Tuning Daemon",
  lxcfs: "FUSE filesystem for LXC",
  postfix: "Postfix Mail Transport Agent",
  "proxmox-firewall": "Proxmox nftables firewall",
  "pve-cluster": "The Proxmox VE cluster filesystem",
  "pve-firewall": "Proxmox VE firewall",
  "pve-ha-crm": "PVE Cluster HA Resource Manager Daemon",
  "pve-ha-lrm": "PVE Local HA Resource Manager Daemon",
  "pve-lxc-syscalld": "Proxmox VE LXC Syscall Daemon",
  pvedaemon: "PVE API Daemon",
  "pvefw-logger": "Proxmox VE firewall logger",
  pveproxy: "PVE API Proxy Server",
  pvescheduler: "Proxmox VE scheduler",
  pvestatd: "PVE Status Daemon",
  qmeventd: "PVE Qemu Event Daemon",
  spiceproxy: "PVE SPICE Proxy Server",
  sshd: "OpenBSD Secure Shell server",
  syslog: "syslog.service",
  "systemd-journald": "Journal Service",
  "systemd-timesyncd": "systemd-timesyncd.service",
};

/** Not part of an installation: other programs do their work. */
const absent = new Set(["syslog", "systemd-timesyncd"]);
const essential = new Set(["pveproxy", "pvedaemon", "pve-cluster"]);
const index = ["state", "start", "stop", "restart", "reload"];

function stateOf(call: Call, service: string): Record<string, string> {
  const runs = !absent.has(service) && !settingsOf(call.world, nodeOf(call)).stopped.has(service);
  return {
    service,
    name: service,
    desc: services[service] ?? service,
    state: runs ? "running" : "dead",
    "active-state": runs ? "active" : "inactive",
    "unit-state": absent.has(service) ? "not-found" : "enabled",
  };
}

const verbs = { start: "starting", stop: "stopping", restart: "re-starting", reload: "reloading" } as const;

/** A service action as a task: the state changes when systemd is done. */
function action(verb: keyof typeof verbs): Handler {
  return (call) => {
    const node = nodeOf(call);
    const service = need(call, "service");
    const settings = settingsOf(call.world, node);
    const note = (identifier: string, message: string): void => {
      settings.journal.push({ time: call.now(), identifier, message });
    };
    const upid = call.startTask({
      node,
      type: `srv${verb}`,
      id: service,
      work: function* () {
        if (verb === "stop" && essential.has(service)) {
          die(`invalid service cmd '${service} stop': refusing to stop essential service!`);
        }
        yield { ms: 400 };
        if (absent.has(service)) {
          yield { log: `Failed to ${verb} ${service}.service: Unit ${service}.service not found.` };
          die(`command 'systemctl ${verb} ${service}' failed: exit code 5`);
        }
        if (verb === "reload" && settings.stopped.has(service)) {
          yield { log: `${service}.service is not active, cannot reload.` };
          die(`command 'systemctl reload ${service}' failed: exit code 1`);
        }
        settings.stopped.delete(service);
        if (verb === "stop") {
          settings.stopped.add(service);
        }
        note("systemd", `${verb === "stop" ? "Stopped" : "Started"} ${service}.service - ${services[service]}.`);
      },
    });
    note("pvedaemon", `${verbs[verb]} service ${service}: ${upid}`);
    return upid;
  };
}

/** The services of a node: state, and starting, stopping and reloading them. */
export const servicesHandlers: Handlers = {
  "GET /nodes/{node}/services": (call) => Object.keys(services).map((service) => stateOf(call, service)),
  "GET /nodes/{node}/services/{service}": () => index.map((subdir) => ({ subdir })),
  "GET /nodes/{node}/services/{service}/state": (call) => stateOf(call, need(call, "service")),
  "POST /nodes/{node}/services/{service}/start": action("start"),
  "POST /nodes/{node}/services/{service}/stop": action("stop"),
  "POST /nodes/{node}/services/{service}/restart": action("restart"),
  "POST /nodes/{node}/services/{service}/reload": action("reload"),
};

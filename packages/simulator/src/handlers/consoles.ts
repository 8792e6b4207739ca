import { randomBytes } from "node:crypto";
import { denied, die } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { certificatesOf } from "../world-certificates.js";
import { guestName } from "../world-guest.js";
import { joinConsole, openConsole } from "./console-session.js";
import { flag, guestOf, nodeOf, text, vmidOf } from "./guest-call.js";
import { nodeNamed } from "./node-named.js";

async function authority(call: Call): Promise<string> {
  return (await certificatesOf(call.world, call.world.entry).authority).certificate;
}

function screenOf(guest: Guest): { readonly serial: boolean } {
  return { serial: /^(?:type=)?serial\d/.test(String(guest.config["vga"] ?? "")) };
}

const guestScreen: Handler = async (call) => {
  const guest = guestOf(call);
  const cert = await authority(call);
  const password =
    guest.kind === "lxc" || flag(call, "generate-password") || flag(call, "websocket") || !screenOf(guest).serial;
  const opened = openConsole(call, { ...planFor(guest), kind: "screen", password });
  return { ...opened, cert };
};

/** What both kinds of guest consoles have in common. */
function planFor(guest: Guest): Omit<Parameters<typeof openConsole>[1], "kind" | "password"> {
  return {
    node: guest.node,
    type: "vncproxy",
    id: String(guest.vmid),
    path: `/vms/${guest.vmid}`,
    hostname: guestName(guest),
    since: guest.running?.since ?? 0,
  };
}

/** A VM shows its serial port, if it has one; a container its console. */
function obstacleOf(call: Call, guest: Guest): string | undefined {
  if (guest.running === undefined) {
    return guest.kind === "qemu" ? `VM ${guest.vmid} not running` : `CT ${guest.vmid} not running`;
  }
  const port = text(call, "serial");
  const has =
    port === undefined
      ? Object.keys(guest.config).some((key) => /^serial\d$/.test(key))
      : guest.config[port] !== undefined;
  return guest.kind === "lxc" || has ? undefined : "unable to find a serial interface";
}

const guestTerminal: Handler = (call) => {
  const guest = guestOf(call);
  const obstacle = obstacleOf(call, guest);
  const plan = { ...planFor(guest), kind: "terminal" as const, password: false };
  return openConsole(call, obstacle === undefined ? plan : { ...plan, obstacle });
};

const guestSpice: Handler = async (call) => {
  const guest = guestOf(call);
  const hasSpice = guest.kind === "lxc" || /^(?:type=)?(?:qxl|virtio-gl)/.test(String(guest.config["vga"] ?? ""));
  if (guest.running === undefined) {
    die(`${guest.kind === "lxc" ? "CT" : "VM"} ${guest.vmid} not running`);
  }
  if (!hasSpice) {
    die("no spice port");
  }
  const title = `${guest.kind === "lxc" ? "CT" : "VM"} ${guest.vmid} - ${guestName(guest)}`;
  return viewerFile(call, title, guest.kind === "lxc" ? { type: "spiceproxy", id: String(guest.vmid) } : undefined);
};

/** What the viewer program is started with; a container's and a node's screen has a worker behind it. */
async function viewerFile(call: Call, title: string, worker?: { type: string; id: string }): Promise<unknown> {
  const node = nodeOf(call);
  const secret = randomBytes(20).toString("hex");
  const ca = (await authority(call)).replaceAll("\n", "\\n");
  if (worker !== undefined) {
    call.startTask({
      node,
      ...worker,
      work: function* () {
        yield { ms: 40_000 };
      },
    });
  }
  return {
    type: "spice",
    title,
    host: `pvespiceproxy:${call.now().toString(16).toUpperCase()}:${worker?.id ?? vmidOf(call)}:${node}:61000::${secret}`,
    proxy: `http://${text(call, "proxy") ?? nodeNamed(call).ip}:3128`,
    "tls-port": 61_000,
    "host-subject": `OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=${node}.lab.example`,
    ca,
    password: randomBytes(15).toString("base64url"),
    "delete-this-file": 1,
    "secure-attention": "Ctrl+Alt+Ins",
    "toggle-fullscreen": "Shift+F11",
    "release-cursor": "Ctrl+Alt+R",
  };
}

/** A node's shell is a login of the caller, and tokens cannot log in; anything but a login is root's. */
function assertShell(call: Call): void {
  const { authid } = call.caller;
  if (authid.includes("!")) {
    die(`value '${authid}' does not look like a valid user name`);
  }
  if ((text(call, "cmd") ?? "login") !== "login" && authid !== "root@pam") {
    denied("user != root@pam");
  }
}

function nodePlan(call: Call): Omit<Parameters<typeof openConsole>[1], "kind" | "password"> {
  assertShell(call);
  const node = nodeNamed(call);
  return {
    node: node.node,
    type: "vncshell",
    id: "",
    path: `/nodes/${node.node}`,
    hostname: node.node,
    since: node.bootedAt,
    ...(text(call, "cmd") === "upgrade" ? { program: "upgrade" } : {}),
  };
}

const nodeScreen: Handler = async (call) => {
  const plan = nodePlan(call);
  const cert = await authority(call);
  return { ...openConsole(call, { ...plan, kind: "screen", password: true }), cert };
};

const nodeSpice: Handler = (call) => {
  assertShell(call);
  return viewerFile(call, `Shell on '${nodeOf(call)}'`, { type: "spiceshell", id: "" });
};

const joinGuest: Handler = (call) => joinConsole(call, `/vms/${vmidOf(call)}`, () => guestOf(call));

const guest = (kind: "qemu" | "lxc"): Handlers => ({
  [`POST /nodes/{node}/${kind}/{vmid}/vncproxy`]: guestScreen,
  [`POST /nodes/{node}/${kind}/{vmid}/termproxy`]: guestTerminal,
  [`POST /nodes/{node}/${kind}/{vmid}/spiceproxy`]: guestSpice,
  [`GET /nodes/{node}/${kind}/{vmid}/vncwebsocket`]: joinGuest,
});

/** Consoles of guests and nodes. */
export const consoleHandlers: Handlers = {
  ...guest("qemu"),
  ...guest("lxc"),
  "POST /nodes/{node}/vncshell": nodeScreen,
  "POST /nodes/{node}/termproxy": (call) => openConsole(call, { ...nodePlan(call), kind: "terminal", password: false }),
  "POST /nodes/{node}/spiceshell": nodeSpice,
  "GET /nodes/{node}/vncwebsocket": (call) => joinConsole(call, `/nodes/${nodeOf(call)}`, () => {}),
};

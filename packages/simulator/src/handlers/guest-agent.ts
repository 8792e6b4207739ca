import { Buffer } from "node:buffer";
import { die, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers } from "../handler.js";
import type { Guest } from "../world.js";
import { driveSize } from "../world-drives.js";
import { guestLimits } from "../world-figures.js";
import { hasFolder, insideOf } from "../world-insides.js";
import { runCommand } from "./guest-agent-commands.js";
import { flag, need, number, text } from "./guest-call.js";
import { haltGuest } from "./guest-power.js";
import { agentOf, asks } from "./qemu-agent.js";

const exec: Handler = (call) => {
  const guest = agentOf(call);
  const inside = insideOf(call.world, guest);
  const given = call.params["command"];
  const command = typeof given === "object" ? given.map(String) : [String(given)];
  const input = text(call, "input-data") ?? "";
  const started = runCommand(command, { input, guest, inside }, call.now());
  if (started === undefined) {
    return die(
      `Agent error: Guest agent command failed, error was 'Failed to execute child process “${command[0]}” (No such file or directory)'`,
    );
  }
  const pid = inside.nextPid;
  inside.nextPid += 3;
  inside.processes.set(pid, started);
  return { pid };
};

/** Once the end of a command has been told, the agent forgets it. */
const execStatus: Handler = (call) => {
  const { processes } = insideOf(call.world, agentOf(call));
  const pid = Number(need(call, "pid"));
  const process = processes.get(pid) ?? die(`Agent error: PID ${pid} does not exist`);
  if (process.endsAt > call.now()) {
    return { exited: 0 };
  }
  processes.delete(pid);
  return {
    exited: 1,
    exitcode: process.exitcode,
    ...(process.output === "" ? {} : { "out-data": process.output }),
    ...(process.errors === "" ? {} : { "err-data": process.errors }),
  };
};

function missing(path: string, mode: string): never {
  die(`Agent error: failed to open file '${path}' (mode: '${mode}'): No such file or directory`);
}

const readFile: Handler = (call) => {
  const { files } = insideOf(call.world, agentOf(call));
  const path = need(call, "file");
  const bytes = Buffer.from(files.get(path) ?? missing(path, "rb"));
  const offset = number(call, "offset") ?? 0;
  const count = number(call, "count") ?? 16 * 1024 ** 2;
  const part = bytes.subarray(offset, offset + count);
  return {
    content: part.toString(flag(call, "decode", true) ? "utf8" : "base64"),
    "bytes-read": part.length,
    ...(offset + count < bytes.length ? { truncated: 1 } : {}),
  };
};

const writeFile: Handler = (call) => {
  const { files } = insideOf(call.world, agentOf(call));
  const path = need(call, "file");
  const content = need(call, "content");
  const encodes = flag(call, "encode", true);
  if (encodes && [...content].some((letter) => (letter.codePointAt(0) ?? 0) > 255)) {
    die("Wide character in subroutine entry at /usr/share/perl5/PVE/API2/Qemu/Agent.pm line 624.");
  }
  if (!hasFolder(path)) {
    missing(path, "wb");
  }
  files.set(path, encodes ? content : Buffer.from(content, "base64").toString("utf8"));
};

function fileSystems(guest: Guest): unknown {
  const total = Math.floor(driveSize(guest.config["scsi0"] ?? guest.config["virtio0"]) * 0.97) || 4_000_000_000;
  return [
    {
      name: "sda1",
      mountpoint: "/",
      type: "ext4",
      "total-bytes": total,
      "total-bytes-privileged": Math.floor(total * 1.05),
      "used-bytes": Math.floor(total * 0.31),
      disk: [
        {
          serial: "0QEMU_QEMU_HARDDISK_drive-scsi0",
          "bus-type": "scsi",
          bus: 0,
          unit: 0,
          target: 0,
          dev: "/dev/sda1",
          "pci-controller": { domain: 0, bus: 9, slot: 1, function: 0 },
        },
      ],
    },
  ];
}

function freeze(frozen: boolean): Handler {
  return asks((guest, call) => {
    const inside = insideOf(call.world, guest);
    const count = inside.frozen === frozen ? 0 : 1;
    inside.frozen = frozen;
    return count;
  });
}

const setPassword: Handler = asks((guest, call) => {
  const username = need(call, "username");
  if (!/^[a-z_][a-z0-9_-]*$/.test(username)) {
    die("Agent error: child process has failed to set user password");
  }
  insideOf(call.world, guest).passwords.set(username, need(call, "password"));
  return {};
});

/** A clean shutdown from within takes a moment; a guest that ignores it stays. */
const shutdown: Handler = asks((guest, call) => {
  if (!guest.behaviour.ignoresShutdown) {
    call.later(4000, () => haltGuest(call, guest));
  }
  return {};
});

const suspend: Handler = asks((guest) => {
  if (guest.running !== undefined) {
    guest.running.paused = true;
  }
  return {};
});

const supported = [
  "guest-exec",
  "guest-exec-status",
  "guest-file-open",
  "guest-fsfreeze-freeze",
  "guest-get-osinfo",
  "guest-network-get-interfaces",
  "guest-ping",
  "guest-set-user-password",
  "guest-shutdown",
];

const agent = "/nodes/{node}/qemu/{vmid}/agent";

/** What the agent does beside telling names and addresses. */
export const agentActionHandlers: Handlers = {
  [`POST ${agent}/exec`]: exec,
  [`GET ${agent}/exec-status`]: execStatus,
  [`GET ${agent}/file-read`]: readFile,
  [`POST ${agent}/file-write`]: writeFile,
  [`POST ${agent}/fsfreeze-freeze`]: freeze(true),
  [`POST ${agent}/fsfreeze-thaw`]: freeze(false),
  [`POST ${agent}/fsfreeze-status`]: asks((guest, call) => (insideOf(call.world, guest).frozen ? "frozen" : "thawed")),
  [`POST ${agent}/fstrim`]: asks(() => ({ paths: [{ path: "/", minimum: 0, trimmed: 482_344_960 }] })),
  [`GET ${agent}/get-fsinfo`]: asks(fileSystems),
  [`GET ${agent}/get-users`]: asks((guest) => [{ user: "root", "login-time": (guest.running?.since ?? 0) + 61.25 }]),
  [`GET ${agent}/get-vcpus`]: asks((guest, call) =>
    Array.from({ length: Number(guestLimits(call.world, guest).cpus) }, (_, n) => ({
      "logical-id": n,
      online: true,
      "can-offline": n > 0,
    })),
  ),
  [`GET ${agent}/get-memory-blocks`]: asks((guest, call) =>
    Array.from({ length: Math.ceil(guestLimits(call.world, guest).maxmem / 134_217_728) }, (_, n) => ({
      "phys-index": n,
      online: true,
      "can-offline": false,
    })),
  ),
  [`GET ${agent}/get-memory-block-info`]: asks(() => ({ size: 134_217_728 })),
  [`GET ${agent}/info`]: asks(() => ({
    version: "10.0.2",
    supported_commands: supported.map((name) => ({ name, enabled: true, "success-response": true })),
  })),
  [`POST ${agent}/set-user-password`]: setPassword,
  [`POST ${agent}/shutdown`]: shutdown,
  [`POST ${agent}/suspend-ram`]: suspend,
  [`POST ${agent}/suspend-disk`]: shutdown,
  [`POST ${agent}/suspend-hybrid`]: asks(() => ({
    error: { class: "CommandNotFound", desc: "The command guest-suspend-hybrid has not been found" },
  })),
};

/** The older form names the command in a parameter; the newer routes do the same. */
export function legacyAgent(all: Handlers): Handlers {
  return {
    [`POST ${agent}`]: (call: Call) => {
      const command = need(call, "command");
      const handler = all[`POST ${agent}/${command}`] ?? all[`GET ${agent}/${command}`];
      if (handler === undefined) {
        throw new PveFailure(501, `no such command '${command}'`);
      }
      return handler(call);
    },
  };
}

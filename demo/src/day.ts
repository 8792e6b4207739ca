import { duration, gibibytes, percent, type Screen } from "./screen.js";
import { type Answer, type Data, recordOf, recordsOf, type Stage } from "./stage.js";

/** Calls a tool, shows the call, and throws when the outcome is not the one the story needs. */
type Call = (tool: string, args?: Data, expected?: "success" | "failure") => Promise<Answer>;

/** A day's work, every step through the server. Throws at the first step that does not go as it should. */
export async function workOneDay(stage: Stage, screen: Screen): Promise<void> {
  const call: Call = async (tool, args = {}, expected = "success") => {
    screen.line(callLines(tool, args), "dim");
    const answer = await stage.call(tool, args, (line) => {
      // How a task ended is in the answer that follows.
      if (!line.startsWith("TASK ")) screen.line(`   ${line.trim()}`, "dim");
    });
    if (answer.failed === (expected === "failure")) return answer;
    throw new Error(answer.failed ? answer.text : `${tool} succeeded, although it should have failed`);
  };
  await lookRound(call, screen);
  const vmid = await createGuest(call, screen);
  await startAndSnapshot(call, screen, vmid);
  await changeMemory(call, screen, vmid);
  await seeATaskFail(call, screen);
  await stopAndDelete(call, screen, vmid);
}

async function lookRound(call: Call, screen: Screen): Promise<void> {
  screen.chapter("Look round");
  const nodes = await call("get_nodes");
  screen.table(
    [
      { title: "NODE" },
      { title: "STATUS" },
      { title: "CPU", align: "right" },
      { title: "MEMORY", align: "right" },
      { title: "OF", align: "right" },
      { title: "UP", align: "right" },
    ],
    recordsOf(nodes.data["items"]).map((node) => [
      text(node["node"]),
      text(node["status"]),
      percent(Number(node["cpu"])),
      gibibytes(Number(node["mem"])),
      gibibytes(Number(node["maxmem"])),
      duration(Number(node["uptime"])),
    ]),
  );
  screen.line();
  const guests = await call("get_cluster_resources", {
    type: "vm",
    sort: "vmid",
    fields: "vmid,name,type,node,status,maxmem,tags,lock",
  });
  screen.table(
    [
      { title: "VMID", align: "right" },
      { title: "NAME" },
      { title: "KIND" },
      { title: "NODE" },
      { title: "STATUS" },
      { title: "MEMORY", align: "right" },
      { title: "TAGS" },
    ],
    recordsOf(guests.data["items"]).map((guest) => [
      text(guest["vmid"]),
      text(guest["name"]),
      guest["type"] === "lxc" ? "container" : "vm",
      text(guest["node"]),
      guest["lock"] === undefined ? text(guest["status"]) : `${text(guest["status"])}, locked (${text(guest["lock"])})`,
      gibibytes(Number(guest["maxmem"])),
      text(guest["tags"]).replaceAll(";", " "),
    ]),
  );
  screen.line();
  const storage = await call("get_node_storage", { node_name: "pve1" });
  screen.table(
    [
      { title: "STORAGE" },
      { title: "TYPE" },
      { title: "USED", align: "right" },
      { title: "OF", align: "right" },
      { title: "CONTENT" },
    ],
    recordsOf(storage.data["items"]).map((row) => [
      text(row["storage"]),
      text(row["type"]),
      row["active"] === false ? "-" : gibibytes(Number(row["used"])),
      row["active"] === false ? "disabled" : gibibytes(Number(row["total"])),
      Array.isArray(row["content"]) ? row["content"].join(" ") : text(row["content"]),
    ]),
  );
}

async function createGuest(call: Call, screen: Screen): Promise<number> {
  screen.chapter("Create a virtual machine");
  const { data } = await call("create_vm_advanced", {
    node_name: "pve2",
    name: "demo",
    memory: 2048,
    cores: 2,
    config: {
      ostype: "l26",
      scsihw: "virtio-scsi-single",
      scsi0: "local-lvm:8",
      net0: { model: "virtio", bridge: "vmbr0" },
    },
  });
  const vmid = Number(data["vmid"]);
  screen.line(
    `VM ${vmid} was created on ${text(data["node"])}; the cluster chose the number. Task: ${text(data["exitstatus"])}`,
    "good",
  );
  return vmid;
}

async function startAndSnapshot(call: Call, screen: Screen, vmid: number): Promise<void> {
  screen.chapter("Start it and take a snapshot");
  await call("start_vm", { vmid });
  const { data } = await call("get_vm_status", { vmid });
  screen.line(`VM ${vmid} is ${text(data["status"])}.`, "good");
  await call("create_vm_snapshot", { vmid, snap_name: "fresh", description: "right after the first start" });
  const snapshots = await call("list_vm_snapshots", { vmid });
  const [first] = recordsOf(snapshots.data["tree"]);
  screen.line(`Snapshot "${text(first?.["name"])}" was taken at ${text(first?.["taken"])}.`, "good");
}

async function changeMemory(call: Call, screen: Screen, vmid: number): Promise<void> {
  screen.chapter("Give it more memory");
  const { data } = await call("update_vm_config", { vmid, config: { memory: 4096 } });
  screen.table(
    [
      { title: "SETTING" },
      { title: "BEFORE", align: "right" },
      { title: "AFTER", align: "right" },
      { title: "IN FORCE" },
    ],
    recordsOf(data["changes"]).map((change) => [
      // A value that may have parts is named by its part, even where it has only one.
      text(change["key"]).replace(/\.current$/, ""),
      text(change["before"]),
      text(change["after"]),
      change["pending"] === true ? "after a reboot" : "now",
    ]),
  );
  await call("reboot_vm", { vmid });
  const after = await call("get_vm_config", { vmid });
  const waiting = recordsOf(after.data["pending"]).length;
  const { memory: setting } = recordOf(after.data["config"]);
  const memory = text(recordOf(setting)["current"] ?? setting);
  if (waiting > 0 || memory !== "4096")
    throw new Error(`VM ${vmid} has ${memory} MiB and ${waiting} changes still wait after its reboot`);
  screen.line(`Rebooted: ${memory} MiB, and nothing waits any more.`, "good");
}

async function seeATaskFail(call: Call, screen: Screen): Promise<void> {
  screen.chapter("See a task fail, and why");
  const { text: reason } = await call("start_vm", { vmid: 104 }, "failure");
  screen.line(reason, "warn");
  screen.line();
  const { data } = await call("get_vm_config", { vmid: 104 });
  const config = recordOf(data["config"]);
  const drive = recordOf(config["ide2"]);
  screen.line(
    `VM 104 "${text(config["name"])}" boots from ${text(drive["file"] ?? config["ide2"])}, which is no longer there.`,
  );
}

async function stopAndDelete(call: Call, screen: Screen, vmid: number): Promise<void> {
  screen.chapter("Stop it and delete it");
  await call("stop_vm", { vmid });
  const { data } = await call("delete_vm", { vmid });
  const lost = recordOf(data["lost"]);
  const disks = recordsOf(lost["disks"]).map((disk) => text(disk["volume"]));
  const snapshots = Array.isArray(lost["snapshots"]) ? lost["snapshots"].map(text) : [];
  screen.line(
    `VM ${vmid} "${text(lost["name"])}" is gone, with ${disks.join(", ")} and the snapshot ${snapshots.join(", ")}.`,
    "good",
  );
  const { text: reason } = await call("get_vm_status", { vmid }, "failure");
  screen.line(reason.split("\n")[0]);
}

/** A call as a person would write it down; arguments with members on lines of their own. */
function callLines(tool: string, args: Data): string {
  const words = Object.entries(args).filter(([, value]) => typeof value !== "object");
  const records = Object.entries(args).filter(([, value]) => typeof value === "object");
  const first = [`-> ${tool}`, ...words.map(([name, value]) => `${name}=${word(value)}`)].join(" ");
  return [first, ...records.map(([name, value]) => `   ${name}: ${membersOf(recordOf(value))}`)].join("\n");
}

function membersOf(record: Data): string {
  return Object.entries(record)
    .map(([name, value]) => `${name}=${word(value)}`)
    .join(" ");
}

function word(value: unknown): string {
  return typeof value === "string" && !/\s/.test(value) ? value : JSON.stringify(value);
}

function text(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}

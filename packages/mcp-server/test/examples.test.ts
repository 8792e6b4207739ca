import { catalogue } from "@pve/tools";
import { expect, it } from "vitest";
import { connect } from "./session.js";

type Step = readonly [name: string, args: Readonly<Record<string, unknown>>];

const snapshot: Step = ["create_container_snapshot", { container_id: 200, snap_name: "before-update" }];
const vlan: Step = ["create_vlan", { node_name: "pve1", "vlan-raw-device": "vmbr0", "vlan-id": 20 }];
const replicable: readonly Step[] = [
  ["create_storage", { storage: "tank", storage_type: "zfspool", config: { pool: "tank" } }],
  ["create_vm", { node_name: "pve1", vmid: 160, scsi0: "tank:4" }],
];

/** What has to be there before an example makes sense. */
const needed: Readonly<Record<string, readonly Step[]>> = {
  delete_container_snapshot: [snapshot],
  restore_container_snapshot: [snapshot],
  update_vlan: [vlan],
  delete_vlan: [vlan],
  get_vm_command_result: [["execute_vm_command", { vmid: 100, command: ["sleep", "60"], timeout: 1 }]],
  delete_pool: [["create_pool", { poolid: "lab" }]],
  delete_role: [["create_role", { roleid: "PowerUser", privs: "VM.Audit" }]],
  delete_firewall_rule: [["create_firewall_rule", { direction: "in", action: "ACCEPT" }]],
  disable_ha_resource: [["enable_ha_resource", { sid: "vm:100" }]],
  create_replication_job: replicable,
  delete_replication_job: [...replicable, ["create_replication_job", { vmid: 160, target_node: "pve2" }]],
};

/** Tools that need more than a token: a password to sign in with, a place for secrets or for files. */
const needsMore = new Set([
  "change_password",
  "create_api_token",
  "get_vm_console",
  "remove_node_from_cluster",
  "upload_backup",
]);

const examples = catalogue
  .filter((tool) => !needsMore.has(tool.name))
  .map((tool) => [tool.name, tool.entry.example] as const);

it.each(examples)("%s answers its example in the shape its schema promises", async (name, example) => {
  await using session = await connect({ allowed: "destroy" });
  for (const [step, args] of needed[name] ?? []) await session.callTool(step, { ...args });
  // A client that knows the list checks every answer against it, and throws when one does not fit.
  await session.toolNames();
  expect(await session.callTool(name, { ...example })).toMatchObject({ isError: false });
  expect(session.defects).toEqual([]);
});

import { describe, expect, it } from "vitest";
import type { Policy } from "../src/policy/policy.js";
import { policyFrom, policySection } from "../src/policy/policy-section.js";
import { connect, type SessionOptions } from "./session.js";

function policy(section: object): Policy {
  return policyFrom(policySection.parse(section), "policy");
}

/** Calls a tool under a policy; says what was changed, if anything. */
async function tried(section: object, name: string, args: Record<string, unknown>, more: SessionOptions = {}) {
  await using session = await connect({ allowed: "destroy", policy: policy(section), ...more });
  const { isError, text } = await session.callTool(name, args);
  const changes = session.pve.requests().filter(({ method }) => method !== "GET");
  return { isError, text, changes: changes.length };
}

describe("a rule that denies", () => {
  const denied: [by: string, rule: object, name: string, args: Record<string, unknown>][] = [
    ["tool", { tool: "start_*" }, "start_vm", { vmid: 103 }],
    ["operation", { operation: "POST /nodes/*/qemu/*/status/start" }, "start_vm", { vmid: 103 }],
    ["toolset", { toolset: "access" }, "create_group", { groupid: "ops" }],
    ["risk", { risk: "destroy" }, "stop_vm", { vmid: 100 }],
    ["caller", { caller: "local" }, "start_vm", { vmid: 103 }],
    ["node", { node: "pve2" }, "start_vm", { vmid: 103 }],
    ["VMID", { vmid: [7, "100-103"] }, "start_vm", { vmid: 103 }],
    [
      "the VMID of a volume's owner",
      { vmid: 101 },
      "update_vm_config",
      { vmid: 103, config: { scsi5: "local-lvm:vm-101-disk-7" } },
    ],
    ["the VMID behind an HA resource", { vmid: 100 }, "enable_ha_resource", { sid: "vm:100" }],
    ["storage", { storage: "local" }, "create_vm_backup", { vmid: 100, storage: "local" }],
    [
      "the storage of a new disk",
      { storage: "local-lvm" },
      "update_vm_config",
      { vmid: 103, config: { scsi5: "local-lvm:4" } },
    ],
    [
      "any of several criteria's values",
      { tool: ["stop_*", "start_*"], vmid: ["1-99", "103"] },
      "start_vm",
      { vmid: 103 },
    ],
  ];

  it.each(denied)("can name %s", async (_by, rule, name, args) => {
    const section = { rules: [{ name: "no", effect: "deny", ...rule }] };
    const { isError, text, changes } = await tried(section, name, args);
    expect(isError).toBe(true);
    expect(text).toMatch(/rule "no" \(policy\.rules\.0\) forbids it.*operator/);
    expect(changes).toBe(0);
  });

  it("leaves alone what it does not mean", async () => {
    const rules = [
      { effect: "deny", vmid: "200-299" },
      { effect: "deny", tool: "start_vm", node: "pve9" },
    ];
    expect(await tried({ rules }, "start_vm", { vmid: 103 })).toMatchObject({ isError: false, changes: 1 });
  });

  it("keeps a tool for reading from reading", async () => {
    await using session = await connect({
      policy: policy({ rules: [{ effect: "deny", operation: "GET /nodes/*/config" }] }),
    });
    expect(await session.callTool("get_vm_config", { vmid: 100 })).toMatchObject({ isError: true });
    expect(session.pve.requests().filter(({ path }) => path.endsWith("/config"))).toEqual([]);
  });
});

describe("rules in their order", () => {
  it("decide by the first that applies", async () => {
    const rules = [
      { effect: "allow", vmid: 103 },
      { effect: "deny", tool: "start_vm" },
    ];
    expect(await tried({ rules }, "start_vm", { vmid: 103 })).toMatchObject({ isError: false });
    expect(await tried({ rules }, "start_vm", { vmid: 102 })).toMatchObject({ isError: true });
  });

  it("leave the rest to the default", async () => {
    const section = { default: "deny", rules: [{ effect: "allow", risk: "read" }] };
    expect(await tried(section, "get_nodes", {})).toMatchObject({ isError: false });
    expect(await tried(section, "start_vm", { vmid: 103 })).toMatchObject({
      isError: true,
      text: expect.stringContaining("policy.default forbids it"),
    });
  });

  it("never allow more than the reach of the session", async () => {
    const section = { rules: [{ effect: "allow", unattended: true }] };
    const outcome = await tried(section, "delete_vm", { vmid: 103 }, { allowed: "change" });
    expect(outcome).toMatchObject({ isError: true, changes: 0, text: expect.stringContaining("--allow destroy") });
  });

  it("hold for the server and for the target, the stricter word counts", async () => {
    const targetPolicy = policyFrom(
      policySection.parse({ rules: [{ effect: "deny", tool: "start_vm" }] }),
      "targets.pve.policy",
    );
    const outcome = await tried({ rules: [{ effect: "allow" }] }, "start_vm", { vmid: 103 }, { targetPolicy });
    expect(outcome).toMatchObject({ isError: true, text: expect.stringContaining("targets.pve.policy.rules.0") });
  });
});

describe("a time window", () => {
  // The simulator's clock begins on a Monday: 1 June 2026, 08:00 UTC.
  const cases: [window: object, inside: boolean][] = [
    [{ days: "mon-fri", hours: "08:00-09:00", zone: "UTC" }, true],
    [{ days: "mon-fri", hours: "09:00-18:00", zone: "UTC" }, false],
    [{ days: "sun", hours: "22:00-08:30", zone: "UTC" }, true],
    [{ days: "mon", hours: "22:00-08:30", zone: "UTC" }, false],
    [{ days: ["sat-sun", "mon"], hours: "19:00-21:00", zone: "Pacific/Auckland" }, true],
    [{ days: "sun", zone: "America/New_York" }, false],
  ];

  it.each(cases)("%j", async (time, inside) => {
    const { isError } = await tried({ rules: [{ effect: "deny", time }] }, "start_vm", { vmid: 103 });
    expect(isError).toBe(inside);
  });
});

describe("what cannot be known", () => {
  const tagged = (effect: string, tag: string) => ({ rules: [{ effect, tag }] });
  /** A token that may work with the guest and not see it in the list of the cluster. */
  const blind: SessionOptions = {
    person: "nobody",
    token: (pve) => {
      pve.faults.add({ kind: "status", status: 500, match: { path: "/cluster/resources" } });
      return pve.credentials.token;
    },
  };
  const args = { vmid: 103, node_name: "pve2" };

  it("counts against the call: a rule that stops applies, one that allows does not", async () => {
    expect(await tried(tagged("deny", "anything"), "start_vm", args, blind)).toMatchObject({
      isError: true,
      changes: 0,
    });
    const allowing = { default: "deny", ...tagged("allow", "*") };
    expect(await tried(allowing, "start_vm", args, blind)).toMatchObject({ isError: true, changes: 0 });
  });

  it("is not asked for by rules that do not need it", async () => {
    await using session = await connect({
      allowed: "change",
      policy: policy({ rules: [{ effect: "deny", vmid: 100 }] }),
    });
    await session.callTool("start_vm", args);
    expect(session.pve.requests().filter(({ path }) => path.endsWith("/cluster/resources"))).toEqual([]);
  });
});

describe("a protected guest", () => {
  const section = {
    protect: [{ name: "production", vmid: "100-109" }],
    rules: [{ effect: "allow", unattended: true }],
  };

  const ways: [title: string, name: string, args: Record<string, unknown>][] = [
    ["deleted", "delete_vm", { vmid: 103 }],
    ["stopped", "stop_vm", { vmid: 100 }],
    ["lost with its node", "reboot_node", { node_name: "pve1" }],
    [
      "written over by a restore",
      "restore_vm_backup",
      {
        backup_id: "local:backup/vzdump-qemu-100-2024_01_01-00_00_00.vma.zst",
        vmid: 100,
        node_name: "pve1",
        force: true,
      },
    ],
    ["given a device", "update_vm_config", { vmid: 103, config: { hostpci0: "0000:01:00.0" } }],
  ];

  it.each(ways)("is not %s, whatever a rule allows", async (_title, name, args) => {
    const { isError, text, changes } = await tried(section, name, args);
    expect(isError).toBe(true);
    expect(text).toContain('protection "production" (policy.protect.0) forbids it');
    expect(changes).toBe(0);
  });

  it("changes only with approval", async () => {
    const args = { vmid: 103, config: { memory: 2048 } };
    expect(await tried(section, "update_vm_config", args)).toMatchObject({ isError: false, changes: 1 });
    const alone = await tried(section, "update_vm_config", args, { person: "nobody" });
    expect(alone).toMatchObject({ isError: true, changes: 0, text: expect.stringContaining("needs approval") });
  });

  it("may be known by a tag or a pool", async () => {
    await using session = await connect({
      allowed: "change",
      policy: policy({ protect: [{ tag: "prod" }] }),
      person: "nobody",
    });
    const config = { description: "x" };
    expect(await session.callTool("update_vm_config", { vmid: 103, config })).toMatchObject({ isError: false });
    // Taking the tag away is a change of a guest that has it.
    for (const wanted of [config, { tags: "" }]) {
      const refused = await session.callTool("update_vm_config", { vmid: 102, config: wanted });
      expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("needs approval") });
    }
  });
});

describe("a dangerous option", () => {
  const options: [name: string, args: Record<string, unknown>][] = [
    ["update_vm_config", { vmid: 103, config: { args: "-device x" } }],
    ["update_vm_config", { vmid: 103, config: '{"hookscript": "local:snippets/a.pl"}' }],
    ["update_vm_config", { vmid: 103, config: { hostpci0: { host: "0000:01:00.0" } } }],
    ["update_vm_config", { vmid: 103, config: { usb0: "host=1234:5678" } }],
    ["update_vm_config", { vmid: 103, config: { protection: false } }],
    ["update_vm_config", { vmid: 103, config: { protection: null } }],
    ["update_vm_config", { vmid: 103, config: { scsi7: { file: "/dev/sdb" } } }],
    ["update_container_config", { container_id: 200, config: { features: { mount: "nfs" } } }],
    ["update_container_config", { container_id: 200, config: { mp5: "/etc,mp=/host" } }],
    [
      "create_container_advanced",
      { node_name: "pve1", ostemplate: "local:vztmpl/x.tar.zst", config: { unprivileged: 0 } },
    ],
    ["set_acl", { path: "/", role: "PVEAuditor", userid: "reader@pve" }],
    ["set_acl", { path: "//", role: "PVEAuditor", userid: "reader@pve" }],
    ["set_acl", { path: "/vms/100", role: "Administrator", userid: "reader@pve" }],
    ["create_api_token", { userid: "root@pam", tokenid: "ci", privsep: false }],
  ];

  it.each(options)("makes %s %j a matter of --allow destroy", async (name, args) => {
    const { isError, text, changes } = await tried({}, name, args, { allowed: "change" });
    expect(isError).toBe(true);
    expect(text).toContain("--allow destroy");
    expect(changes).toBe(0);
  });

  it("is told from its harmless neighbours", async () => {
    await using session = await connect({ allowed: "change", person: "nobody" });
    const config = { usb0: "spice", protection: true, serial0: "socket", scsi7: "local-lvm:1" };
    expect(await session.callTool("update_vm_config", { vmid: 103, config })).toMatchObject({ isError: false });
  });
});

describe("the section policy", () => {
  const wrong: [section: object, want: RegExp][] = [
    [{ rules: [{ effect: "forbid" }] }, /is one of allow, approve and deny/],
    [{ rules: [{ effect: "deny", vmid: "199-100" }] }, /"199-100" is no VMID and no range such as 100-199/],
    [{ rules: [{ effect: "deny", time: { hours: "8-18", zone: "UTC" } }] }, /"8-18" is no span such as 08:00-18:00/],
    [{ rules: [{ effect: "deny", time: { zone: "Mars/Olympus" } }] }, /"Mars\/Olympus" is no time zone/],
    [{ rules: [{ effect: "deny", time: { days: "someday", zone: "UTC" } }] }, /"someday" is no day/],
    [{ rules: [{ effect: "deny", unattended: true }] }, /unattended goes with effect: allow only/],
    [{ protect: [{ name: "all" }] }, /names no guests: give vmid, tag or pool/],
    [{ rules: [{ effect: "deny", tools: "x" }] }, /tools/],
  ];

  it.each(wrong)("refuses %j", (section, want) => {
    const issues = policySection.safeParse(section).error?.issues ?? [];
    expect(issues.map(({ message }) => message).join("\n")).toMatch(want);
  });
});

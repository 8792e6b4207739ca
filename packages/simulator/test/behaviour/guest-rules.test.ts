import { describe, expect, test } from "vitest";
import { type Caller, call, object } from "./caller.js";

const machine = "/nodes/pve1/qemu/100/config";
const key = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"B".padEnd(43, "ERE")} jane@lab`;

describe("tags", () => {
  async function lab(options: Record<string, string>): Promise<{ root: Caller; operator: Caller }> {
    const root = call();
    await root.put("/cluster/options", options);
    return { root, operator: await root.as("operatorToken") };
  }
  const tag = async (who: Caller, tags: string, path = machine): Promise<string> =>
    (await who.put(path, { tags })).reason;
  const refusal = (name: string): string => `Permission check failed (/, Sys.Modify for modifying tag '${name}')`;

  test("are anybody's to give, but for those that are registered", async () => {
    const { root, operator } = await lab({ "registered-tags": "prod" });
    expect(await tag(operator, "prod;web;mine")).toBe("OK");
    expect(await tag(operator, "web;mine")).toBe(refusal("prod"));
    expect((await operator.put(machine, { delete: "tags" })).reason).toBe(refusal("prod"));
    expect(await tag(root, "web")).toBe("OK");
    expect(await tag(operator, "web;prod")).toBe(refusal("prod"));
    const container = "/nodes/pve1/lxc/200/config";
    expect(await tag(root, "web", container)).toBe("OK");
    expect(await tag(operator, "prod", container)).toBe(refusal("prod"));
  });

  test.each([
    ["existing", "web", "fresh"],
    ["list,user-allow-list=blue;green", "blue", "fresh"],
    ["none", undefined, "fresh"],
  ])("follow user-allow=%s", async (allow, given, refused) => {
    const { root, operator } = await lab({ "user-tag-access": `user-allow=${allow}` });
    expect(await tag(operator, `prod;web;${refused}`)).toBe(refusal(refused));
    expect(await tag(operator, given === undefined ? "prod;web" : `prod;web;${given}`)).toBe("OK");
    expect(object(await operator.get("/cluster/options"))["allowed-tags"]).toEqual(
      { existing: expect.arrayContaining(["prod", "web"]), none: [] }[allow] ?? ["blue", "green"],
    );
    expect(await tag(root, `prod;web;${refused}`)).toBe("OK");
  });

  test.each([
    ["", "a;b"],
    ["case-sensitive=1", "B;a;b"],
    ["ordering=config", "b;a"],
  ])("are stored in the style %s", async (style, stored) => {
    const { root } = await lab(style === "" ? { keyboard: "de" } : { "tag-style": style });
    await root.put(machine, { tags: "B,a b" });
    expect(root.sim.guest(100)?.config["tags"]).toBe(stored);
  });
});

describe("what is more than form", () => {
  test.each([
    ["bogus", "Built-in cputype 'bogus' is not defined (missing 'custom-' prefix?)"],
    ["custom-none", "Custom cputype 'none' not found"],
    [
      "host,flags=+nosuch",
      "VM-specific CPU flags must be a subset of: aes, amd-no-ssb, amd-ssbd, hv-evmcs, hv-tlbflush, ibpb, md-clear, nested-virt, pcid, pdpe1gb, spec-ctrl, ssbd, virt-ssbd",
    ],
    ["host,reported-model=kvm64", "Property 'reported-model' not allowed in VM-specific CPU config."],
  ])("the CPU type %s is refused", async (cpu, problem) => {
    const { put, post } = call();
    const errors = { cpu: `invalid format - ${problem}\n` };
    expect(await put(machine, { cpu })).toMatchObject({ status: 400, errors });
    expect(await post("/nodes/pve1/qemu", { vmid: 900, cpu })).toMatchObject({ status: 400, errors });
  });

  test("CPU types that are there are taken", async () => {
    const { put, post } = call();
    await post("/cluster/qemu/custom-cpu-models", { cputype: "custom-lab", "reported-model": "kvm64" });
    for (const cpu of ["x86-64-v2-AES,flags=+aes;-pcid", "EPYC-Milan", "custom-lab"]) {
      expect((await put(machine, { cpu })).status).toBe(200);
    }
  });

  test("public keys are read, one on each line", async () => {
    const { put, post } = call();
    const keys = (text: string): Record<string, string> => ({ sshkeys: encodeURIComponent(text) });
    expect((await put(machine, keys(`${key}\n\nfrom="10.0.0.1" ${key}\n`))).status).toBe(200);
    const refused = { status: 500, reason: "SSH public key validation error" };
    for (const text of ["notakey", `${key}\nssh-rsa AAAA me`, key.replace("AAAAC3", "AAAAC4")]) {
      expect(await put(machine, keys(text))).toMatchObject(refused);
    }
    expect(await post("/nodes/pve1/qemu", { vmid: 900, ...keys("notakey") })).toMatchObject(refused);
    const container = {
      vmid: 901,
      ostemplate: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
      storage: "local-lvm",
    };
    expect(await post("/nodes/pve1/lxc", { ...container, "ssh-public-keys": "notakey" })).toMatchObject(refused);
    expect((await post("/nodes/pve1/lxc", { ...container, "ssh-public-keys": key })).status).toBe(200);
  });
});

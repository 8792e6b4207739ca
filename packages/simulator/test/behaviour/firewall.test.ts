import { describe, expect, test } from "vitest";
import { type Caller, call, items, object } from "./caller.js";

/** Every level that has rules, with what the level is called and a rule type it does not take. */
const levels = [
  ["/cluster/firewall/rules", "cluster", undefined],
  ["/nodes/pve1/firewall/rules", "host", undefined],
  ["/nodes/pve1/qemu/100/firewall/rules", "vm", "forward"],
  ["/nodes/pve2/lxc/201/firewall/rules", "ct", "forward"],
  ["/cluster/firewall/groups/web", "group", "group"],
] as const;

async function withGroup(): Promise<Caller> {
  const caller = call();
  await caller.post("/cluster/firewall/groups", { group: "web" });
  return caller;
}

describe.each(levels)("rules at %s", (path, env, forbidden) => {
  test("new rules go to the top, whatever position is asked for, and are off", async () => {
    const { get, post } = await withGroup();
    await post(path, { type: "in", action: "ACCEPT", macro: "ssh" });
    await post(path, { type: "out", action: "DROP", dest: "10.0.0.0/8", pos: 99, comment: "c" });
    const [first, second] = items(await get(path));
    expect(first).toMatchObject({ pos: 0, type: "out", enable: 0, ipversion: 4, comment: "c" });
    expect(second).toMatchObject({ pos: 1, macro: "SSH" });
    expect(object(await get(`${path}/1`))).toMatchObject({ pos: "1", macro: "SSH", digest: first?.["digest"] });
    expect((await get(`${path}/2`)).reason).toBe("no rule at position 2");
  });

  test("a rule is changed, loses properties, moves and goes", async () => {
    const { get, post, put, del } = await withGroup();
    for (const comment of ["c", "b", "a"]) {
      await post(path, { type: "in", action: "ACCEPT", comment });
    }
    await put(`${path}/0`, { proto: "tcp", dport: "80:90,443", enable: 1 });
    await put(`${path}/0`, { delete: "dport", comment: "" });
    await put(`${path}/0`, { moveto: 2, comment: "ignored" });
    const order = async (): Promise<unknown[]> =>
      items(await get(path)).map((rule) => rule["comment"] ?? rule["proto"]);
    expect(await order()).toEqual(["b", "tcp", "c"]);
    const { digest } = object(await get(`${path}/0`));
    expect((await del(`${path}/0?digest=${digest}`)).status).toBe(200);
    expect((await del(`${path}/0?digest=${digest}`)).reason).toMatch(/^detected modified configuration/);
    expect((await put(`${path}/0`, { comment: "x", digest: "0".repeat(40) })).reason).toMatch(/^detected modified/);
    expect(await order()).toEqual(["tcp", "c"]);
  });

  test.each([
    [{ type: "in", action: "MAYBE" }, { action: "unknown action 'MAYBE'" }],
    [{ type: "in", action: "DROP", dport: "80" }, { proto: "missing property - 'dport' requires this property" }],
    [{ type: "in", action: "DROP", proto: "ospf", dport: "80" }, { dport: "protocol 'ospf' does not support ports" }],
    [{ type: "in", action: "DROP", macro: "Bogus" }, { macro: "unknown macro 'Bogus'" }],
    [
      { type: "in", action: "DROP", macro: "SSH", proto: "tcp", dport: "23" },
      { dport: "parameter 'dport' already define in macro (value = '22')" },
    ],
    [{ type: "in", action: "DROP", source: "+nosuch" }, { source: "no such ipset 'nosuch'" }],
    [{ type: "in", action: "DROP", source: "nosuch" }, { source: "no such alias 'nosuch'" }],
    [
      { type: "in", action: "DROP", source: "10.0.0.1", dest: "2001:db8::1" },
      { dest: "detected mixed ipv4/ipv6 addresses in rule" },
    ],
    [
      { type: "in", action: "DROP", proto: "icmp", "icmp-type": "no-route" },
      { "icmp-type": "invalid icmp-type 'no-route' for proto 'icmp'" },
    ],
  ])("%o is refused with %o", async (body, errors) => {
    const { post, put } = await withGroup();
    expect(await post(path, body)).toMatchObject({ status: 400, errors });
    await post(path, { type: "in", action: "ACCEPT" });
    expect(await put(`${path}/0`, body)).toMatchObject({ status: 400, errors });
  });

  test("each level takes its own types of rule", async () => {
    const { post } = await withGroup();
    const body = { type: forbidden ?? "group", action: forbidden === "forward" ? "ACCEPT" : "web" };
    const answer = await post(path, body);
    const errors = { type: `invalid rule type '${forbidden}' for rule_env '${env}'` };
    expect(answer).toMatchObject(forbidden === undefined ? { status: 200 } : { status: 400, errors });
  });
});

describe.each(["/cluster/firewall", "/nodes/pve1/qemu/100/firewall", "/nodes/pve2/lxc/201/firewall"])(
  "sets and aliases at %s",
  (path) => {
    test("an alias is made, found without regard to case, renamed and deleted twice", async () => {
      const { get, post, put, del } = call();
      await post(`${path}/aliases`, { name: "Office", cidr: "10.9.0.0/16", comment: "c" });
      const alias = { name: "Office", cidr: "10.9.0.0/16", ipversion: 4, comment: "c" };
      expect(object(await get(`${path}/aliases/office`))).toEqual(alias);
      expect((await post(`${path}/aliases`, { name: "office", cidr: "1.1.1.1" })).errors).toEqual({
        name: "alias 'office' already exists",
      });
      const [listed] = items(await get(`${path}/aliases`));
      const digest = String(listed?.["digest"]);
      expect((await put(`${path}/aliases/office`, { cidr: "fd00::1", rename: "home", digest })).status).toBe(200);
      expect((await put(`${path}/aliases/home`, { cidr: "fd00::1", digest })).status).toBe(500);
      expect(object(await get(`${path}/aliases/home`))).toEqual({ name: "home", cidr: "fd00::1", ipversion: 6 });
      expect((await put(`${path}/aliases/ghost`, { cidr: "1.1.1.1" })).errors).toEqual({ name: "no such alias" });
      expect((await del(`${path}/aliases/home?digest=${digest}`)).status).toBe(500);
      expect((await del(`${path}/aliases/home`)).status).toBe(200);
      expect((await del(`${path}/aliases/home`)).status).toBe(200);
      expect((await get(`${path}/aliases/home`)).errors).toEqual({ name: "no such alias" });
    });

    test("a set takes networks in their clean form, and aliases", async () => {
      const { get, post } = call();
      await post("/cluster/firewall/aliases", { name: "mgmt", cidr: "10.0.0.1" });
      await post(`${path}/ipset`, { name: "blocked", comment: "c" });
      await post(`${path}/ipset/blocked`, { cidr: "10.1.2.3/16", nomatch: 1, comment: "n" });
      await post(`${path}/ipset/blocked`, { cidr: "mgmt" });
      await post(`${path}/ipset/blocked`, { cidr: "2001:db8::5/32" });
      const entries = items(await get(`${path}/ipset/blocked`));
      expect(entries.map((entry) => entry["cidr"])).toEqual(["10.1.0.0/16", "2001:db8::/32", "mgmt"]);
      expect(entries[0]).toMatchObject({ nomatch: 1, comment: "n" });
      expect(items(await get(`${path}/ipset`))).toMatchObject([{ name: "blocked", comment: "c" }]);
      const refused = async (cidr: string) => post(`${path}/ipset/blocked`, { cidr });
      expect((await refused("10.1.0.0/16")).errors).toEqual({ cidr: "address '10.1.0.0/16' already exists" });
      expect((await refused("0.0.0.0/0")).errors).toEqual({ cidr: "a zero prefix is not allowed in ipset entries" });
      expect((await refused("ghost")).reason).toBe("no such alias 'ghost'");
    });

    test("entries are changed and removed one by one, full sets by force", async () => {
      const { get, post, put, del } = call();
      await post(`${path}/ipset`, { name: "s1" });
      expect((await post(`${path}/ipset`, { name: "s1" })).errors).toEqual({ name: "IPSet 's1' already exists" });
      expect((await post(`${path}/ipset`, { name: "s2", rename: "ghost" })).errors).toEqual({
        name: "IPSet 'ghost' does not exist",
      });
      await post(`${path}/ipset`, { name: "s2", rename: "s1" });
      await post(`${path}/ipset/s2`, { cidr: "10.0.0.1" });
      const entry = `${path}/ipset/s2/10.0.0.1`;
      expect((await put(entry, { comment: "n", nomatch: 1 })).status).toBe(200);
      expect(object(await get(entry))).toMatchObject({ cidr: "10.0.0.1", comment: "n", nomatch: 1 });
      const missing = { cidr: "no such IP/Network" };
      expect((await get(`${path}/ipset/s2/10.0.0.2`)).errors).toEqual(missing);
      expect((await put(`${path}/ipset/s2/10.0.0.2`, {})).errors).toEqual(missing);
      expect((await del(`${path}/ipset/s2`)).reason).toBe("IPSet 's2' is not empty");
      expect((await del(`${entry}?digest=${"0".repeat(40)}`)).status).toBe(500);
      expect((await del(entry)).status).toBe(200);
      await post(`${path}/ipset/s2`, { cidr: "10.0.0.3" });
      expect((await del(`${path}/ipset/s2?force=1`)).status).toBe(200);
      for (const answer of [await get(`${path}/ipset/s2`), await del(`${path}/ipset/s2`)]) {
        expect(answer.reason).toBe("no such IPSet 's2'");
      }
    });

    test("what rules can refer to is listed", async () => {
      const { get, post } = call();
      await post(`${path}/ipset`, { name: "bad" });
      await post(`${path}/aliases`, { name: "Good", cidr: "10.0.0.1", comment: "c" });
      const scope = path.startsWith("/cluster") ? "dc" : "guest";
      expect(items(await get(`${path}/refs`))).toEqual([
        { type: "ipset", name: "bad", ref: "+bad", scope },
        { type: "alias", name: "good", ref: "good", scope, comment: "c" },
      ]);
      expect(items(await get(`${path}/refs?type=alias`))).toHaveLength(1);
      expect((await get(`${path}/refs?type=rule`)).status).toBe(400);
    });
  },
);

describe("security groups", () => {
  const path = "/cluster/firewall/groups";

  test("a renamed group keeps its rules and the rules that use it", async () => {
    const { get, post } = await withGroup();
    await post(`${path}/web`, { type: "in", action: "ACCEPT" });
    await post("/nodes/pve1/firewall/rules", { type: "group", action: "web" });
    expect((await post(path, { group: "www", rename: "web", comment: "c" })).status).toBe(200);
    expect(items(await get(path))).toMatchObject([{ group: "www", comment: "c" }]);
    expect(items(await get("/nodes/pve1/firewall/rules"))).toMatchObject([{ action: "www" }]);
  });

  test("existing, unknown and full groups are refused", async () => {
    const { get, post, del } = await withGroup();
    expect((await post(path, { group: "web" })).errors).toEqual({ group: "Security group 'web' already exists" });
    expect((await post(path, { group: "x1", rename: "ghost" })).errors).toEqual({
      group: "Security group 'ghost' does not exist",
    });
    await post(`${path}/web`, { type: "in", action: "ACCEPT" });
    expect((await del(`${path}/web`)).reason).toBe("Security group 'web' is not empty");
    await del(`${path}/web/0`);
    expect((await del(`${path}/web/0`)).reason).toBe("no rule at position 0");
    expect((await del(`${path}/web`)).status).toBe(200);
    for (const answer of [await get(`${path}/web`), await del(`${path}/web`)]) {
      expect(answer.reason).toBe("no such security group 'web'");
    }
    expect((await get(`${path}?x=1`)).status).toBe(400);
  });
});

describe.each([
  ["/cluster/firewall/options", { policy_in: "DROP", enable: 1 }],
  ["/nodes/pve1/firewall/options", { log_level_in: "info", enable: 1 }],
  ["/nodes/pve1/qemu/100/firewall/options", { dhcp: 1, enable: 1 }],
  ["/nodes/pve2/lxc/201/firewall/options", { radv: 1, enable: 1 }],
])("options at %s", (path, set) => {
  test("options read back and can be taken away", async () => {
    const { get, put } = call();
    expect(object(await get(path))).toEqual({ digest: "da39a3ee5e6b4b0d3255bfef95601890afd80709" });
    await put(path, set);
    const { digest, ...options } = object(await get(path));
    expect(options).toEqual(set);
    await put(path, { delete: "enable", digest: String(digest) });
    expect(object(await get(path))).not.toHaveProperty("enable");
    expect((await put(path, { enable: 0, digest: String(digest) })).reason).toMatch(/^detected modified configuration/);
    expect((await put(path, { delete: "nosuch" })).errors).toEqual({ delete: "no such option 'nosuch'" });
    expect((await get(`${path}?x=1`)).status).toBe(400);
  });
});

describe("the firewall", () => {
  test("indices, macros and logs answer, unknown parameters do not", async () => {
    const { get } = call();
    for (const path of ["/cluster", "/nodes/pve1", "/nodes/pve1/qemu/100", "/nodes/pve2/lxc/201"]) {
      expect(items(await get(`${path}/firewall`))).toContainEqual({ name: "rules" });
      expect((await get(`${path}/firewall?x=1`)).status).toBe(400);
    }
    for (const path of ["/nodes/pve1", "/nodes/pve1/qemu/100", "/nodes/pve2/lxc/201"]) {
      const lines = [{ n: 1, t: "unable to open file - No such file or directory" }];
      expect(items(await get(`${path}/firewall/log`))).toEqual(lines);
      expect((await get(`${path}/firewall/log?limit=x`)).status).toBe(400);
    }
    expect(items(await get("/cluster/firewall/macros"))).toContainEqual({ macro: "SSH", descr: "tcp 22" });
    expect((await get("/cluster/firewall/macros?x=1")).status).toBe(400);
  });

  test("a rule whose set has gone shows what is wrong with it", async () => {
    const { get, post, del } = call();
    await post("/cluster/firewall/ipset", { name: "bad" });
    await post("/cluster/firewall/rules", { type: "in", action: "DROP", source: "+bad" });
    await del("/cluster/firewall/ipset/bad");
    const [rule] = items(await get("/cluster/firewall/rules"));
    expect(rule?.["errors"]).toEqual({ source: "no such ipset 'bad'" });
  });

  test("deleting from a configuration that was never written fails as it does in PVE", async () => {
    expect((await call().del("/cluster/firewall/rules/7")).reason).toMatch(/undefined value as an ARRAY reference/);
  });

  test("reading a guest's rules takes VM.Audit, changing them VM.Config.Network", async () => {
    const root = call();
    const operator = await root.as("operatorToken");
    const auditor = await root.as("auditorToken");
    const path = "/nodes/pve1/qemu/100/firewall/rules";
    expect((await operator.get(path)).status).toBe(200);
    expect((await auditor.post(path, { type: "in", action: "ACCEPT" })).reason).toBe(
      "Permission check failed (/vms/100, VM.Config.Network)",
    );
    expect((await operator.get("/cluster/firewall/rules")).reason).toBe("Permission check failed (/, Sys.Audit)");
  });
});

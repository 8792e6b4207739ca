import { describe, expect, it } from "vitest";
import { formatProblem } from "../src/formats.js";

type Row = readonly [format: string, good: readonly string[], bad: readonly string[]];

const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\nAA==\n-----END CERTIFICATE-----";

const rows: readonly Row[] = [
  ["pve-configid", ["ab", "a-b_1", "Ab"], ["a", "1a", "a b", ""]],
  ["pve-storage-id", ["local", "local-lvm", "a1"], ["x", "1a", "a-", "a b"]],
  ["pve-vmid", ["100", "999999999"], ["99", "0100", "1000000000", "abc"]],
  ["pve-node", ["pve1", "a", "a-b"], ["-a", "a-", "a_b", ""]],
  [
    "mac-addr",
    ["BC:24:11:00:00:01", "02:00:00:00:00:00"],
    ["BD:24:11:00:00:01", "BC:24:11:00:00", "BC-24-11-00-00-01"],
  ],
  ["mac-prefix", ["BC:24:11", "BC"], ["BD:24:11", "zz"]],
  ["ipv4", ["10.0.0.1"], ["10.0.0.256", "fd00::1"]],
  ["ipv6", ["fd00::1", "::1"], ["10.0.0.1", "fe80::1%eth0"]],
  ["ip", ["10.0.0.1", "fd00::1"], ["host", ""]],
  ["ipv4mask", ["255.255.255.0", "0.0.0.0"], ["255.0.255.0", "24"]],
  ["CIDRv4", ["10.0.0.0/8", "10.0.0.1/32"], ["10.0.0.0/7", "10.0.0.0", "10.0.0.0/33"]],
  ["CIDRv6", ["fd00::/64"], ["fd00::/7", "10.0.0.0/8"]],
  ["FullRangeCIDR", ["0.0.0.0/0", "::/0"], ["0.0.0.0"]],
  ["pve-ipv4-config", ["dhcp", "manual", "10.0.0.1/24"], ["auto", "10.0.0.1"]],
  ["pve-ipv6-config", ["auto", "dhcp", "fd00::1/64"], ["fd00::1"]],
  ["lxc-ip-with-ll-iface-list", ["10.0.0.1 fe80::1%vmbr0"], ["fe80::1%"]],
  ["dns-name", ["a", "a.b-c.d", "1a"], ["a_b", "-a", "a..b", ""]],
  ["email-opt", ["", "a@b.c"], ["a", "a@"]],
  ["pve-iface", ["vmbr0", "eth0.100", "bond0:1"], ["e", "0eth", "bad name", "abcdefghijklmnopqrstuvw"]],
  ["pve-vlan-id-or-range-list", ["2", "2-4094", "5,7-9"], ["1", "4095", "9-7"]],
  ["disk-size", ["32G", "1.5T", "512", "1KiB"], ["32GB", "G", "-1"]],
  ["pve-startup-order", ["1", "order=2,up=30,down=60"], ["foo", "order=x"]],
  ["pve-tag-list", ["a;b_c;D.e+f", ""], ["a!", "-a"]],
  ["pve-task-status-type-list", ["ok,error"], ["bad"]],
  ["pve-ha-resource-id", ["vm:100", "ct:200"], ["100", "vm:"]],
  ["pve-storage-content-list", ["images,iso"], ["images,bogus"]],
  ["pve-volume-id", ["local:iso/x.iso", "local-lvm:vm-100-disk-0"], ["iso/x.iso", "x:"]],
  ["pve-volume-id-or-qm-path", ["none", "cdrom", "/dev/sda", "local:1"], ["bogus"]],
  ["pve-qm-bootdev", ["scsi0", "net0", "virtio15"], ["scsi31", "fd0"]],
  ["pve-hotplug-features", ["0", "1", "network,disk"], ["bogus"]],
  ["pve-cpuset", ["0-3,7"], ["x-y", ""]],
  [
    "pve-calendar-event",
    ["daily", "mon..fri 2:30", "*/15", "sat 04:00", "21:00", "2,22:30", "mon,wed *:0/30"],
    ["bogus", "", "25h"],
  ],
  ["pve-userid", ["root@pam", "a.b@my-realm"], ["root", "@pam", "a b@pam"]],
  ["pve-tokenid-list", ["root@pam!full"], ["full", "root@pam!1"]],
  ["pve-poolid", ["a", "a/b/c"], ["a/b/c/d", "a b"]],
  ["pve-storage-path", ["/mnt/x"], ["mnt/x", "/a;b"]],
  ["pve-fw-addr-spec", ["10.0.0.1", "10.0.0.0/24,fd00::1", "10.0.0.1-10.0.0.9", "+set", "dc/alias"], ["zz zz"]],
  ["pve-fw-dport-spec", ["22", "80,443", "1000:2000", "ssh"], ["99999", "1:99999"]],
  ["pve-fw-protocol-spec", ["tcp", "17"], ["bogus"]],
  ["IPorCIDR", ["10.0.0.1", "10.0.0.0/8", "fd00::/8"], ["zz", "10.8.0.0/33"]],
  ["pve-lxc-mp-string", ["/data", "local:8", "a.b"], ["/a/../b", "../a", "/a/.", "/a/.."]],
  ["pve-lxc-dev-string", ["/dev/dri/renderD128"], ["/etc/passwd", "/dev/../etc"]],
  ["pve-ha-group-node-list", ["pve1:2,pve2"], ["pve1:x", "-a"]],
  ["pve-sdn-zone-id", ["z1", "zone1234"], ["z", "1z", "zone12345", "z-1"]],
  ["pve-sdn-vnet-id", ["net1"], ["n", "net-1", "net123456"]],
  ["pve-sdn-controller-id", ["evpn_1-a"], ["e", "evpn-", "1a"]],
  ["pve-sdn-ipam-id", ["ipam1"], ["i", "ipam-1"]],
  ["pve-sdn-dns-id", ["dns1"], ["d", "dns_1"]],
  ["pve-sdn-prefix-list-id", ["p1", "a_b-c"], ["", "_a", "a b"]],
  ["pve-sdn-route-map-id", ["r1"], ["", "-r"]],
  ["pem-string", ["-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"], ["MIIB"]],
  [
    "pem-certificate-chain",
    [`${certificate}\n`, `remark\n${certificate}\n${certificate}\n`],
    ["", certificate.replace("MIIB", "M!"), certificate.replaceAll("CERTIFICATE", "PRIVATE KEY")],
  ],
  [
    "pve-command-batch",
    ["[]", '[{"method":"GET","path":"status","args":{"a":1}}]'],
    ["x", "{}", '[{"method":"GET"}]', '[{"method":"HEAD","path":"a"}]', '[{"method":"GET","path":"a","args":[]}]'],
  ],
  ["pve-ct-timezone", ["host", "Europe/Vienna", "UTC"], ["Mars/X"]],
];

describe("named formats", () => {
  it.each(rows)("%s lets good values pass and names bad ones", (format, good, bad) => {
    for (const value of good) {
      expect([value, formatProblem(format, value)]).toStrictEqual([value, undefined]);
    }
    for (const value of bad) {
      expect([value, formatProblem(format, value)]).toStrictEqual([value, expect.stringMatching(/\n$/)]);
    }
  });

  it("lets everything pass under a name it does not know", () => {
    expect(formatProblem("pve-no-such-format", "\u0000 anything")).toBeUndefined();
    expect(formatProblem("pve-no-such-format-list", "a,b")).toBeUndefined();
  });
});

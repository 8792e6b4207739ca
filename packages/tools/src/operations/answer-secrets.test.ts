import { describe, expect, it } from "vitest";
import type { Json } from "../schema.js";
import { separateSecrets } from "./answer-secrets.js";

describe("separateSecrets", () => {
  const cases: [title: string, route: string, given: Json, want: Json, secrets: Record<string, string>][] = [
    ["leaves an answer without secrets alone", "GET /nodes", [{ node: "pve1" }], [{ node: "pve1" }], {}],
    [
      "takes out what a route is known to show",
      "GET /cluster/sdn/ipams",
      [{ ipam: "netbox", token: "abc" }],
      [{ ipam: "netbox", token: "(hidden)" }],
      { token: "abc" },
    ],
    ["leaves the same field of other routes", "GET /cluster/tasks", [{ token: "1" }], [{ token: "1" }], {}],
    [
      "takes out a ticket wherever it turns up",
      "POST /nodes/{node}/execute",
      [{ status: 200, data: { ticket: "PVE:x" } }],
      [{ status: 200, data: { ticket: "(hidden)" } }],
      { ticket: "PVE:x" },
    ],
    [
      "takes out the values of a secret setting that waits for a restart",
      "GET /nodes/{node}/qemu/{vmid}/pending",
      [{ key: "cipassword", value: "a", pending: "b" }],
      [{ key: "cipassword", value: "(hidden)", pending: "(hidden)" }],
      { value: "a", pending: "b" },
    ],
    [
      "takes passwords out of a cloud-init document",
      "GET /nodes/{node}/qemu/{vmid}/cloudinit/dump",
      "#cloud-config\nuser: ops\npassword: $5$salt$hash\nchpasswd:\n  expire: False\n",
      "#cloud-config\nuser: ops\npassword: (hidden)\nchpasswd:\n  expire: False\n",
      {},
    ],
  ];

  it.each(cases)("%s", (_title, route, given, value, secrets) => {
    expect(separateSecrets(route, given)).toEqual({ value, secrets });
  });
});

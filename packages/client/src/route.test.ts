import { describe, expect, it, test } from "vitest";
import { areas } from "./generated/areas.gen.js";
import { areaOf, fillPath, parseRoute, pathProblem } from "./route.js";

describe("parseRoute", () => {
  it("takes a route apart", () => {
    expect(parseRoute("POST /nodes/{node}/qemu/{vmid}/clone")).toEqual({
      id: "POST /nodes/{node}/qemu/{vmid}/clone",
      method: "POST",
      path: "/nodes/{node}/qemu/{vmid}/clone",
      names: ["node", "vmid"],
      area: "nodes-qemu",
    });
  });

  test.each(["", "GET", "get /nodes", "PATCH /nodes", "GET nodes", "GET /a b"])("turns down %j", (text) => {
    expect(parseRoute(text)).toBeUndefined();
  });

  test.each([
    ["/nodes", "nodes"],
    ["/nodes/{node}", "nodes"],
    ["/nodes/{node}/qemu/{vmid}", "nodes-qemu"],
    ["/access/users/{userid}", "access"],
    ["/version", "version"],
  ])("finds the area of %s", (path, want) => {
    expect(areaOf(path)).toBe(want);
  });

  it("agrees with the generated table about which area holds what", async () => {
    for (const [area, load] of Object.entries(areas)) {
      const { operations } = await load();
      expect(Object.keys(operations).filter((id) => parseRoute(id)?.area !== area)).toEqual([]);
    }
  });
});

describe("values in a path", () => {
  test.each([
    ["volume", "local:iso/debian 12.iso", "local%3Aiso%2Fdebian%2012.iso"],
    ["cidr", "10.0.0.0/24", "10.0.0.0%2F24"],
    ["userid", "alice@pve", "alice%40pve"],
    [
      "upid",
      "UPID:pve1:0001:02:03:qmstart:100:root@pam!t:",
      "UPID%3Apve1%3A0001%3A02%3A03%3Aqmstart%3A100%3Aroot%40pam!t%3A",
    ],
    ["name", "50%;?#", "50%25%3B%3F%23"],
  ])("%s may be %s", (name, value, want) => {
    expect(pathProblem(name, value)).toBeUndefined();
    expect(fillPath(`/x/{${name}}/y`, { [name]: value })).toBe(`/x/${want}/y`);
  });

  test.each([
    ["node", "", /is empty/],
    ["node", "..", /cannot be a part/],
    ["userid", "a@pam/token/t", /holds a slash/],
  ])("%s may not be %j", (name, value, want) => {
    expect(pathProblem(name, value)).toMatch(want);
  });
});

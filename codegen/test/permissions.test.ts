import { describe, expect, it } from "vitest";
import { buildSpec } from "../src/build/build.js";
import { parseYaml } from "../src/build/yaml.js";
import { type Expression, parseCheck } from "../src/permissions/expression.js";
import { mergePermissions } from "../src/permissions/overlay.js";
import { expressionWords } from "../src/permissions/words.js";
import { miniFacts } from "./mini.js";

const fail = (problem: string): never => {
  throw new Error(problem);
};
const audit: Expression = { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Audit"] };

describe("parsing PVE's permission checks", () => {
  const cases: [title: string, given: unknown, want: Expression][] = [
    ["privileges on a path", ["perm", "/vms/{vmid}", ["VM.Audit"]], audit],
    [
      "one of several",
      ["perm", "/", ["A", "B"], "any", 1],
      { kind: "perm", path: "/", privileges: ["A", "B"], any: true },
    ],
    [
      "a branch for a parameter that must be there",
      ["perm", "/pool/{pool}", ["A"], "require_param", "pool"],
      { kind: "perm", path: "/pool/{pool}", privileges: ["A"], requireParam: "pool" },
    ],
    ["the user itself", ["userid-param", "self"], { kind: "user", is: "self" }],
    [
      "a right on the user's realm",
      ["userid-param", "Realm.AllocateUser"],
      { kind: "user", realmPrivilege: "Realm.AllocateUser" },
    ],
    [
      "a right on groups",
      ["userid-group", ["User.Modify"], "groups_param", "create"],
      { kind: "group", privileges: ["User.Modify"], param: "create" },
    ],
    ["the right to change an ACL", ["perm-modify", "{path}"], { kind: "modify", path: "{path}" }],
    [
      "nested alternatives",
      ["or", ["and", ["perm", "/vms/{vmid}", ["VM.Audit"]]], ["userid-param", "self"]],
      {
        kind: "or",
        of: [
          { kind: "and", of: [audit] },
          { kind: "user", is: "self" },
        ],
      },
    ],
  ];
  it.each(cases)("reads %s", (_title, given, want) => {
    expect(parseCheck(given, fail)).toEqual(want);
  });

  const refusals: [given: unknown, problem: string][] = [
    [["permit", "/"], 'unknown permission test "permit"'],
    [["perm", "/", "Sys.Audit"], "a list of privileges is expected"],
    [["perm", "/", ["A"], "anny", 1], 'unknown or incomplete option "anny"'],
    [["or"], 'an empty "or"'],
    ["perm", "a list is expected"],
  ];
  it.each(refusals)("refuses %j", (given, problem) => {
    expect(() => parseCheck(given, fail)).toThrow(problem);
  });

  it("names the operation of an expression that it cannot read", () => {
    const facts = miniFacts();
    const route = "GET /nodes/{node}/qemu/{vmid}/config";
    const given = facts.operations[route];
    if (given === undefined) throw new Error("the mini tree has changed");
    const operations = { ...facts.operations, [route]: { ...given, permissions: { check: ["nope"] } } };
    expect(() => mergePermissions({ ...facts, operations }, [])).toThrow(
      `specs/releases/9.2.json: permissions of "${route}": unknown permission test "nope"`,
    );
  });
});

const ENTRY = `
- routes: ["POST /nodes/{node}/qemu"]
  why: A test.
  source: a test
`;

describe("the overlay", () => {
  const merged = (text: string) => mergePermissions(miniFacts(), [parseYaml("overlay.yaml", text)]).byRoute;
  const create = (text: string) => merged(text).get("POST /nodes/{node}/qemu");

  it("marks what upstream says only in prose as unknown until it is written down", () => {
    expect(create("[]")?.unknown).toContain("in prose");
    expect(create(`${ENTRY}  complete: true`)?.unknown).toBeUndefined();
  });

  it("adds conditions as something that comes after the verification of parameters, and keeps the source", () => {
    const text = `${ENTRY}  needs: { perm: ["/vms/{vmid}", VM.Allocate] }\n  root-only-options: [bwlimit]\n  per-option: { name: { user: root } }`;
    expect(create(text)).toEqual({
      requires: {
        kind: "and",
        of: [
          { kind: "any-user" },
          {
            kind: "handler",
            needs: {
              kind: "and",
              of: [
                { kind: "perm", path: "/vms/{vmid}", privileges: ["VM.Allocate"] },
                { kind: "when", params: ["name"], needs: { kind: "root" } },
                { kind: "when", params: ["bwlimit"], not: ["0", ""], needs: { kind: "root" } },
              ],
            },
          },
        ],
      },
      source: "a test",
    });
  });

  it("writes the merged form beside PVE's own block", () => {
    const text = `- { routes: ["GET /nodes/{node}/qemu"], why: w, source: s, filtered-by: [{ hides: VMs, unless: { perm: ["/vms/{vmid}", VM.Audit] } }] }`;
    const { document } = buildSpec({
      releases: [miniFacts()],
      version: "9.2.0",
      corrections: [],
      formats: [],
      docs: { operations: [], parameters: [], formats: [] },
      permissions: [parseYaml("overlay.yaml", text)],
    });
    const paths = document["paths"] as Record<string, Record<string, Record<string, unknown>>>;
    expect(paths["/nodes/{node}/qemu"]?.["get"]?.["x-pve-permissions"]).toEqual({
      user: "all",
      inWords: "any user",
      requires: { kind: "any-user" },
      filteredBy: [{ hides: "VMs", unless: audit }],
      source: "s",
    });
  });

  const refusals: [title: string, text: string, problem: string][] = [
    [
      "an operation that is not there",
      ENTRY.replace("qemu", "quemu"),
      "overlay.yaml:2:12: release 9.2 has no operation",
    ],
    [
      "an entry that adds nothing",
      ENTRY.replace("POST /nodes/{node}/qemu", "GET /nodes/{node}/qemu"),
      "has no prose, and the entry adds nothing",
    ],
    ["an unknown key", `${ENTRY}  neds: {}`, "overlay.yaml:2:3"],
    [
      "a parameter that is not there",
      `${ENTRY}  root-only-options: [skiplok]`,
      'overlay.yaml:5:23: there is no parameter "skiplok"',
    ],
    [
      "a parameter that is not there, in a path",
      `${ENTRY}  needs: { perm: ["/vms/{id}", A] }`,
      'overlay.yaml:5:19: there is no parameter "id"',
    ],
    [
      "a condition that does not exist",
      `${ENTRY}  needs:\n    prem: [/, A]`,
      'overlay.yaml:6:5: "prem" is no condition',
    ],
    [
      "a pattern that is none",
      `${ENTRY}  needs: { given: { param: name, matches: "(" } }`,
      "Invalid regular expression",
    ],
    ["a condition without needs", `${ENTRY}  needs: { when: { param: name } }`, "`when` without `needs`"],
  ];
  it.each(refusals)("refuses %s and names the place", (_title, text, problem) => {
    expect(() => merged(text)).toThrow(problem);
  });
});

describe("an expression in words", () => {
  const cases: [want: string, expression: Expression][] = [
    ["VM.Audit on /vms/{vmid}", audit],
    ["any user", { kind: "and", of: [{ kind: "no-token" }, { kind: "any-user" }] }],
    ["any user; further conditions", { kind: "and", of: [{ kind: "any-user" }, { kind: "unknown", why: "prose" }] }],
    [
      "VM.Audit on /vms/{vmid}; with pool: only root@pam",
      { kind: "and", of: [audit, { kind: "when", params: ["pool"], needs: { kind: "root" } }] },
    ],
    ["A on /sdn/zones/<the zone>", { kind: "perm", path: "/sdn/zones/{?the zone}", privileges: ["A"] }],
  ];
  it.each(cases)("%s", (want, expression) => {
    expect(expressionWords(expression)).toBe(want);
  });
});

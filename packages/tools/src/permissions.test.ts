import { expect, it } from "vitest";
import { describePermissions } from "./permissions.js";

const cases: [title: string, given: unknown, want: string | undefined][] = [
  ["says nothing where every user may call", { user: "all" }, undefined],
  ["says nothing about an operation that is unknown", undefined, undefined],
  ["names the one user", { only: "root@pam" }, "only the user root@pam"],
  ["names privilege and path", { check: ["perm", "/nodes/{node}", ["Sys.Audit"]] }, "Sys.Audit on /nodes/{node}"],
  [
    "joins privileges that are all needed",
    { check: ["perm", "/", ["Sys.Audit", "Sys.Modify"]] },
    "Sys.Audit and Sys.Modify on /",
  ],
  ["tells that one of them is enough", { check: ["perm", "/", ["A.B", "C.D"], "any", 1] }, "A.B or C.D on /"],
  [
    "keeps the structure of an expression",
    {
      check: [
        "and",
        ["perm", "/vms/{vmid}", ["VM.Clone"]],
        [
          "or",
          ["perm", "/vms/{newid}", ["VM.Allocate"]],
          ["perm", "/pool/{pool}", ["VM.Allocate"], "require_param", "pool"],
        ],
      ],
    },
    "(VM.Clone on /vms/{vmid} and (VM.Allocate on /vms/{newid} or VM.Allocate on /pool/{pool}))",
  ],
  ["mentions what PVE checks besides", { user: "all", described: true }, "further conditions that PVE checks itself"],
  [
    "knows checks about users",
    { check: ["or", ["userid-param", "self"], ["userid-group", ["User.Modify"]]] },
    "(being that user or User.Modify on a group of the user)",
  ],
];

it.each(cases)("%s", (_title, given, want) => {
  expect(describePermissions(given)).toBe(want);
});

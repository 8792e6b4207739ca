import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../src/read-config.js";

const guide = readFileSync(new URL("../../../docs/policy.md", import.meta.url), "utf8");

it("the example in the guide to rules is a configuration that the server takes", () => {
  const [, example = ""] = /```yaml\n([\s\S]*?)```/.exec(guide) ?? [];
  const token = "assistant@pve!writer=5b1a4c8e-0f3d-4c7e-9a51-6d2f8b7c1e90";
  const files: Readonly<Record<string, string>> = { "/etc/home.token": token, "/etc/audit.key": "the key\n" };
  const readFile = (path: string): string => files[path] ?? example;
  const { config } = readConfig({ env: {}, argv: ["--config", "/etc/pve-mcp.yaml"], readFile, parseYaml: parse });
  expect(config.safety.policy?.rules.map(({ effect }) => effect)).toEqual(["allow", "deny", "approve", "deny"]);
  expect(config.safety.policy?.protect).toHaveLength(2);
  expect(config.targets[0]?.policy?.rules).toHaveLength(1);
  expect(config.safety.approval).toEqual({
    mode: "auto",
    directory: "/var/lib/pve-mcp/approvals",
    expires: 300_000,
    patience: 45_000,
  });
  expect(config.safety.audit).toEqual({ directory: "/var/log/pve-mcp", key: "the key" });
  expect(config.targets[0]?.limits).toEqual({ maxPerSecond: 20, maxConcurrent: 8 });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommand } from "../src/run-command.js";

function json(file: string) {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));
}

async function help(): Promise<string> {
  let text = "";
  const out = (more: string) => {
    text += more;
  };
  await runCommand({
    argv: ["--help"],
    env: {},
    version: "",
    out,
    err: out,
    readFile: () => "",
    exit: () => {},
    ask: async () => "",
  });
  return text;
}

describe("what the server is offered as", () => {
  const manifest = json("package.json");
  const registry = json("server.json");
  const bundle = json("mcpb/manifest.json");

  it("is the package of this name and version, in the registry of MCP servers", () => {
    expect(registry).toMatchObject({ name: manifest.mcpName, version: manifest.version });
    expect(registry.packages).toMatchObject([{ identifier: manifest.name, version: manifest.version }]);
  });

  it("keeps to what the registry checks: its schema of 2025-12-11, and the versions it turns down", () => {
    expect(registry.$schema).toBe("https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json");
    // The registry's own forms are stricter than its schema: a part begins and ends with a letter or digit.
    const part = "[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?";
    expect(registry.name).toMatch(new RegExp(`^${part.replace("_", "")}/${part}$`));
    expect(registry.name.length).toBeLessThanOrEqual(200);
    for (const text of [registry.title, registry.description]) {
      expect(text.trim()).not.toBe("");
      expect(text.length).toBeLessThanOrEqual(100);
    }
    for (const { registryType, identifier, version, transport, environmentVariables, ...rest } of registry.packages) {
      expect([registryType, identifier]).toEqual(["npm", expect.not.stringMatching(/\s/)]);
      expect(version).toMatch(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/);
      expect(transport).toEqual({ type: "stdio" });
      expect(Object.keys(rest)).toEqual(["runtimeHint"]);
      const known = ["name", "description", "isRequired", "isSecret", "placeholder", "default", "format", "choices"];
      for (const variable of environmentVariables) {
        expect(known).toEqual(expect.arrayContaining(Object.keys(variable)));
        expect(variable).toMatchObject({ name: expect.any(String), description: expect.any(String) });
      }
    }
  });

  it("asks for settings that there are, and hides the token", async () => {
    const known = await help();
    const asked: { name: string; isSecret?: boolean }[] = registry.packages[0].environmentVariables;
    const given = Object.keys(bundle.server.mcp_config.env);
    for (const name of [...asked.map(({ name: one }) => one), ...given]) expect(known).toContain(`  ${name} `);
    expect(asked.find(({ name }) => name === "PVE_TOKEN")?.isSecret).toBe(true);
    expect(bundle.user_config.token.sensitive).toBe(true);
  });

  it("runs on the Node that the package asks for", () => {
    expect(bundle.compatibility.runtimes.node).toBe(manifest.engines.node);
    expect(bundle.server.entry_point).toBe(`server/${manifest.bin["pve-mcp"].slice(2)}`);
  });
});

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
    expect(registry.description.length).toBeLessThanOrEqual(100);
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

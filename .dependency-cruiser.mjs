/** The arrows between packages, and what may touch the world. See ARCHITECTURE.md. */
const packages = {
  codegen: "^codegen/",
  client: "^packages/client/",
  simulator: "^packages/simulator/",
  tools: "^packages/tools/",
  server: "^packages/mcp-server/",
};

/** `from` may import no package but those listed; tests may also use what they need to speak to the real thing. */
const arrows = (name, from, allowed) => ({
  name,
  severity: "error",
  from: { path: `${from}src/`, pathNot: "\\.test\\.ts$" },
  to: { path: "^(packages|codegen)/", pathNot: [from, ...allowed].join("|") },
});

export default {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    arrows("codegen-knows-nobody", packages.codegen, []),
    arrows("client-knows-nobody", packages.client, []),
    arrows("simulator-knows-nobody", packages.simulator, []),
    arrows("tools-know-the-client", packages.tools, [packages.client]),
    arrows("server-knows-tools-and-client", packages.server, [packages.tools, packages.client]),
    {
      name: "no-deep-imports",
      comment: "Packages speak through their exports.",
      severity: "error",
      from: { path: "^(packages/[^/]+|codegen|demo|bench)/" },
      to: {
        path: "^packages/[^/]+/(src|dist)/",
        pathNot: ["^$1/", "/src/(index|node)\\.ts$", "/generated/openapi\\.gen\\.json$"],
        dependencyTypesNot: ["local"],
      },
    },
    {
      name: "root-entry-is-runtime-neutral",
      comment: "@pve/client runs on Node, Bun, Deno and workers; Node specifics live behind ./node.",
      severity: "error",
      from: { path: "^packages/client/src/index\\.ts$" },
      to: {
        path: "^(node:)?(fs|path|http|https|net|tls|crypto|stream|os|child_process|url|util|events|buffer|process|timers|zlib)$",
        reachable: true,
      },
    },
    {
      name: "pure-codegen",
      comment: "Transforms and emitters are pure; only commands, the workspace and the downloader touch the world.",
      severity: "error",
      from: { path: "^codegen/src/(build|generate|import|diff)/", pathNot: "download\\.ts$" },
      to: { path: "^(node:)?(fs|path|child_process|process|https?|os)$" },
    },
    {
      name: "tools-know-no-mcp",
      severity: "error",
      from: { path: packages.tools },
      to: { path: "@modelcontextprotocol" },
    },
    {
      name: "large-tables-are-lazy",
      comment: "A server that starts pays for no table of all operations: it is imported where it is first asked for.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/", pathNot: "(\\.test|/search/recall)\\.ts$" },
      to: {
        path: "^packages/tools/src/(generated/(operations|search)\\.gen|search/rank)\\.ts$",
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    },
    { name: "not-to-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/(dist|golden|fixtures)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@pve/source", "import", "node", "types", "default"],
      extensions: [".ts", ".mts", ".js", ".mjs", ".json"],
    },
  },
};

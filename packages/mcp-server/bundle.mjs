// Makes dist/pve-mcp.mjs, which bin/pve-mcp.mjs starts: a small file for the start, and chunks beside it for what a session
// may never need (commands, HTTP, YAML, OAuth, the catalogue). A start then reads a few files instead of hundreds.
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "dist");

/** zod brings the texts of its errors in all languages; ours are in English. */
const oneLanguage = {
  name: "one-language",
  setup({ onLoad }) {
    const contents = 'export { default as en } from "./en.js";';
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents, loader: "js" }));
  },
};

/** A CommonJS package that is loaded late would be seen as a default export alone; its names are written out. */
const namedExports = {
  name: "named-exports",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^yaml$/ }, ({ path: name, kind, resolveDir }) =>
      kind === "dynamic-import" ? { path: name, namespace: "named", pluginData: resolveDir } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "named" }, ({ path: name, pluginData: resolveDir }) => {
      const names = Object.keys(createRequire(`${resolveDir}/`)(name)).filter((key) => /^[A-Za-z_$][\w$]*$/.test(key));
      const contents = `import all from "${name}"; export const { ${names.join(", ")} } = all;`;
      return { contents, loader: "js", resolveDir };
    });
  },
};

/**
 * The SDK gives every server a validator and asks it only about what a person filled in: Ajv can wait for that. And to import
 * the process as a module opens all of its streams at once.
 */
const lateParts = {
  name: "late-parts",
  setup({ onLoad }) {
    const contents = `
      const { process } = globalThis;
      let real;
      export class DefaultJsonSchemaValidator {
        getValidator(schema) {
          real ??= new (require("./ajv.cjs").AjvJsonSchemaValidator)();
          return real.getValidator(schema);
        }
      }
      export { process };`;
    onLoad({ filter: /@modelcontextprotocol[\\/]server[\\/]dist[\\/]shimsNode\.mjs$/ }, () => ({
      contents,
      loader: "js",
    }));
  },
};

const common = {
  absWorkingDir: here,
  bundle: true,
  platform: "node",
  target: "node20.19",
  conditions: ["@pve/source"],
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
};

rmSync(path.join(dist, "chunks"), { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { "chunks/ajv": "@modelcontextprotocol/server/validators/ajv" },
  format: "cjs",
  outdir: dist,
  outExtension: { ".js": ".cjs" },
});
const { metafile } = await build({
  ...common,
  entryPoints: { "pve-mcp": "src/bin.ts" },
  format: "esm",
  splitting: true,
  outdir: dist,
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunks/[name]-[hash]",
  // Some packages within are CommonJS and ask for Node's own modules.
  banner: { js: 'import { createRequire as $require } from "node:module";const require=$require(import.meta.url);' },
  external: ["./ajv.cjs"],
  plugins: [oneLanguage, namedExports, lateParts],
  metafile: true,
});
const [start] = Object.entries(metafile.outputs).filter(([file]) => file.endsWith("dist/pve-mcp.mjs"));
if (start === undefined || start[1].bytes > 10_000) throw new Error("the start of pve-mcp brings more than it needs");

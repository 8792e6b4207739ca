// Makes dist/pve-mcp.cjs, which bin/pve-mcp.cjs starts: one file for what every session needs, and chunks beside it for what
// it may never need (commands, HTTP, YAML, OAuth, the catalogue). A start then reads a few files instead of hundreds.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

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

/**
 * The SDK builds a schema for every type of the protocol and lists them for whoever may ask; nobody here does. Without the list,
 * and with what builds a schema marked as free of side effects, those that are used remain. Fails where the SDK is no longer
 * written so.
 */
const unaskedSchemas = {
  name: "unasked-schemas",
  setup({ onLoad, onEnd }) {
    const found = { lists: 0, schemas: 0 };
    onLoad({ filter: /@modelcontextprotocol[\\/]server[\\/]dist[\\/]src-[^\\/]+\.mjs$/ }, ({ path: file }) => {
      const contents = readFileSync(file, "utf8").replace(/^for \(const .*\) register\(.*\);$/gm, () => {
        found.lists += 1;
        return "";
      });
      return { contents, loader: "js" };
    });
    onLoad(
      { filter: /@modelcontextprotocol[\\/]core[\\/]dist[\\/](?:schemas|auth)-[^\\/]+\.mjs$/ },
      ({ path: file }) => {
        const statement = /^const (\w+Schema) = ([\s\S]*?);\n+(?=const |\/[/*]|export )/gm;
        const contents = readFileSync(file, "utf8").replace(statement, (_, name, schema) => {
          found.schemas += 1;
          return `const ${name} = /* @__PURE__ */ (() => ${schema})();\n`;
        });
        return { contents, loader: "js" };
      },
    );
    onEnd(() => {
      if (found.lists !== 2 || found.schemas < 150) {
        throw new Error(`the SDK's schemas are written otherwise: ${JSON.stringify(found)}`);
      }
    });
  },
};

const common = {
  platform: "node",
  target: "node20.19",
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
};
const whole = { ...common, absWorkingDir: here, bundle: true, conditions: ["@pve/source"] };

rmSync(path.join(dist, "chunks"), { recursive: true, force: true });
await build({
  ...whole,
  entryPoints: { "chunks/ajv": "@modelcontextprotocol/server/validators/ajv" },
  format: "cjs",
  outdir: dist,
  outExtension: { ".js": ".cjs" },
});
const { metafile, outputFiles } = await build({
  ...whole,
  entryPoints: { "pve-mcp": "src/bin.ts" },
  format: "esm",
  splitting: true,
  write: false,
  outdir: dist,
  outExtension: { ".js": ".cjs" },
  chunkNames: "chunks/[name]-[hash]",
  external: ["./ajv.cjs"],
  plugins: [oneLanguage, namedExports, lateParts, unaskedSchemas],
  metafile: true,
});

// Node loads CommonJS sooner than modules, and one file sooner than many: what `serve` needs to greet is one file. Its parts keep
// their names, for the chunks that want them later.
const outputs = new Map(outputFiles.map((output) => [path.basename(output.path), output]));
const parts = [];
const needed = neededBy([...outputs.keys()].find((name) => /^serve-[A-Z0-9]{8}\.cjs$/.test(name)));
mkdirSync(path.join(dist, "chunks"), { recursive: true });
for (const [name, { path: file, text }] of outputs) {
  const { code } = await transform(text, {
    ...common,
    format: "cjs",
    minifyIdentifiers: needed.has(name),
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "$url" },
    ...(text.includes("import.meta.url") && { banner: 'const $url=require("node:url").pathToFileURL(__filename);' }),
  });
  // The brackets have V8 compile a part with the whole, as it is wanted at once.
  if (needed.has(name)) parts.push(`${JSON.stringify(name)}:(function(module,exports,require){${code}})`);
  writeFileSync(file, needed.has(name) ? `module.exports=require("./start.cjs")(${JSON.stringify(name)});` : code);
}
const body = `(function(require){
const parts={${parts.join(",\n")}};
const loaded=new Map();
const load=(name)=>{
  const known=loaded.get(name);
  if(known!==undefined)return known.exports;
  const made={exports:{}};
  loaded.set(name,made);
  parts[name](made,made.exports,(wanted)=>Object.hasOwn(parts,wanted.slice(2))?load(wanted.slice(2)):require(wanted));
  return made.exports;
};
return load;
})`;
if (body.length > 400_000) throw new Error("the start of pve-mcp brings more than it needs");
// The code that is kept of it goes by its name.
const bodyName = `start-${createHash("sha256").update(body).digest("hex").slice(0, 16)}.cjs`;
writeFileSync(path.join(dist, "chunks", bodyName), body);
await build({
  ...whole,
  stdin: {
    contents: `const { codeFolder, runCached } = require("./src/code-cache.ts");
      const folder = codeFolder(process.env, process.platform);
      module.exports = runCached(__dirname + "/${bodyName}", { folder, delay: 2_000 })(require);`,
    resolveDir: here,
  },
  format: "cjs",
  outfile: path.join(dist, "chunks/start.cjs"),
});

/** A chunk, and all that are loaded with it. */
function neededBy(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const { path: file, kind } of metafile.outputs[path.relative(here, outputs.get(name).path)].imports) {
    if (kind === "import-statement" && outputs.has(path.basename(file))) neededBy(path.basename(file), found);
  }
  return found;
}

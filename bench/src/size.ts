import path from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";

const root = path.join(import.meta.dirname, "../..");
const source = path.join(root, "packages/client/src");

/** Generated tables, and what only `import()` reaches, stay out of the entry's figure; they are measured apart. */
const entryOnly: Plugin = {
  name: "entry-only",
  setup: ({ onResolve }) => {
    onResolve({ filter: /./ }, ({ path: file, kind }) =>
      kind === "dynamic-import" || /(?:areas|grammars)\.gen\.js$/.test(file)
        ? { path: file, external: true }
        : undefined,
    );
  },
};

/** What a bundler makes of the root entry: at once, when it is needed, and the tables that are loaded by area. */
export async function benchSize(print: (line: string) => void): Promise<void> {
  const create = 'export { createClient } from "./index.js";';
  const all = await bundle('export * from "./index.js";', []);
  const having = (part: string) => all.filter(({ inputs }) => inputs.some((input) => input.includes(part)));
  const areas = having("/areas/").sort((one, other) => other.gzip - one.gzip);
  const tables = new Set([...areas, ...having("grammars.gen.ts"), ...having("areas.gen.ts")]);
  print("size of the root entry, minified                                   bytes      gzip");
  line("import { createClient }", await bundle(create, [entryOnly]));
  line("import everything of the entry", await bundle('export * from "./index.js";', [entryOnly]));
  line(
    "all chunks of the entry, lazy ones included, tables not",
    all.filter((chunk) => !tables.has(chunk)),
  );
  line("  of it openapi-fetch, for pve.http and middleware", having("openapi-fetch"));
  line(`table of operations, ${areas.length} areas, each loaded when it is needed`, areas);
  line("  the largest area", areas.slice(0, 1));
  line("grammars, with the first property string", having("grammars.gen.ts"));

  function line(name: string, chunks: readonly Chunk[]): void {
    const sum = (part: "bytes" | "gzip") => String(chunks.reduce((total, chunk) => total + chunk[part], 0));
    print(`  ${name.padEnd(60)} ${sum("bytes").padStart(9)} ${sum("gzip").padStart(9)}`);
  }
}

/** Bytes of the entry, minified and gzipped, for a program that imports `createClient` alone. */
export async function entryBytes(): Promise<number> {
  const chunks = await bundle('export { createClient } from "./index.js";', [entryOnly]);
  return chunks.reduce((total, { gzip }) => total + gzip, 0);
}

interface Chunk {
  readonly bytes: number;
  readonly gzip: number;
  readonly inputs: readonly string[];
}

async function bundle(contents: string, plugins: Plugin[]): Promise<readonly Chunk[]> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: source, loader: "ts" },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    mainFields: ["module", "main"],
    conditions: ["@pve/source"],
    outdir: root,
    absWorkingDir: root,
    write: false,
    metafile: true,
    plugins,
  });
  return outputFiles.map(({ path: file, contents: bytes }) => ({
    bytes: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    inputs: Object.keys(metafile.outputs[path.relative(root, file)]?.inputs ?? {}),
  }));
}

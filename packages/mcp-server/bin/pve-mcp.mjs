#!/usr/bin/env node
// Imported, a module of Node's is first made into one of ECMAScript's, which takes longer.
const { createRequire, enableCompileCache, flushCompileCache } = process.getBuiltinModule("node:module");
// From Node 22.8 on, what was compiled once need not be compiled at the next start; a client may not let this one end well.
if (enableCompileCache !== undefined) {
  enableCompileCache();
  if (flushCompileCache !== undefined) setTimeout(flushCompileCache, 2_000).unref();
}
createRequire(import.meta.url)("../dist/pve-mcp.cjs");

#!/usr/bin/env node
import module from "node:module";

// From Node 22.8 on, what was compiled once need not be compiled at the next start.
module.enableCompileCache?.();
await import("../dist/pve-mcp.mjs");

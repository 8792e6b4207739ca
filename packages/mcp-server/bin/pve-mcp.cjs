#!/usr/bin/env node
// CommonJS, which Node starts without making its loader of modules ready first.
require("../dist/pve-mcp.cjs");

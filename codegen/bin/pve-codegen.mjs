#!/usr/bin/env node
import { register } from "tsx/esm/api";

// The generator runs from its TypeScript source: it is private, and generated code is needed before anything is built.
register();
await import("../src/bin.ts");

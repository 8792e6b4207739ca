import { benchCompletion } from "./completion.js";
import { benchDecode } from "./decode.js";
import { benchLatency } from "./latency.js";
import { benchMcp } from "./mcp.js";
import { benchSimulator } from "./simulator.js";
import { benchSize } from "./size.js";
import { benchTypes } from "./types.js";
import { benchUpload } from "./upload.js";

// --peer name=file#tool: another MCP server to stand beside ours; see mcp.ts.
const peers = process.argv.slice(2).filter((_word, at, all) => all[at - 1] === "--peer");

benchTypes(console.log);
await benchCompletion(console.log);
await benchLatency();
await benchSize(console.log);
await benchDecode(console.log);
await benchUpload(console.log);
await benchSimulator(console.log);
await benchMcp(console.log, peers);

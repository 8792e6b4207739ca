import { benchCompletion } from "./completion.js";
import { benchDecode } from "./decode.js";
import { benchLatency } from "./latency.js";
import { benchSimulator } from "./simulator.js";
import { benchSize } from "./size.js";
import { benchTypes } from "./types.js";
import { benchUpload } from "./upload.js";

benchTypes(console.log);
await benchCompletion(console.log);
await benchLatency();
await benchSize(console.log);
await benchDecode(console.log);
await benchUpload(console.log);
await benchSimulator(console.log);

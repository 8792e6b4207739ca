import { benchDecode } from "./decode.js";
import { benchLatency } from "./latency.js";
import { benchSize } from "./size.js";
import { benchTypes } from "./types.js";

benchTypes(console.log);
await benchLatency();
await benchSize(console.log);
await benchDecode(console.log);

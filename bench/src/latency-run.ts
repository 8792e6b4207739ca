import { measureLatency } from "./latency.js";

await measureLatency(console.log, Number(process.argv[2]));

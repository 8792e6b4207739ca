import { benchTypes } from "./types.js";

benchTypes(console.log);

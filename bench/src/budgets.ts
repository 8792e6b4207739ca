import { entryBytes } from "./size.js";
import { typeCosts } from "./types.js";

// What the client may cost its users, where the figure is the same on every machine: part of the gate, unlike what is timed.
const { tree, call } = typeCosts("TypeScript 7");
const budgets = {
  "instantiations of 300 calls, tree": [tree.instantiations, 1000],
  "instantiations of 300 calls, call": [call.instantiations, 1000],
  "bytes of the root entry, gzip": [await entryBytes(), 10_000],
} as const;

for (const [name, [value, limit]] of Object.entries(budgets)) console.log(`${name}: ${value} of ${limit}`);
if (Object.values(budgets).some(([value, limit]) => !(value <= limit))) process.exit(1);

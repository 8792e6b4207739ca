import { writeFileSync } from "node:fs";
import { contractOf, releases } from "../../src/contracts.js";
import { type Reach, reachOfOperations } from "./runs.js";

/** `tsx report.ts <file.md>`: writes which operations the simulator behaves, as its own answers show it. */
const [target = ""] = process.argv.slice(2);
const contract = contractOf(releases[0]);
const reach = await reachOfOperations(contract);
const routes = Object.keys(contract.operations);
const of = (wanted: Reach | undefined): string[] => routes.filter((route) => reach.get(route) === wanted);
const list = (items: readonly string[]): string => items.map((route) => `- \`${route}\``).join("\n");
const [answered, refused, checked, unseen] = [of("answered"), of("refused"), of("checked only"), of(undefined)];
const text = `# What the simulator behaves

Written by \`packages/simulator/test/coverage/report.ts\` from runs: the recorded flows and reads of a real node, the stories of
\`stories.ts\` beside it, and one minimal request to whatever they left open. Nothing here is taken from the contract but the list of operations.

| what the runs saw | operations |
| --- | ---: |
| answered with 200 at least once | ${answered.length} |
| judged and refused in every run, so that nothing was seen of their behaviour | ${refused.length + unseen.length} |
| judged, then \`501 not simulated\` | ${checked.length} |
| in all | ${routes.length} |

## Judged, then \`501 not simulated\`

${list(checked)}

## Refused in every run

${list([...refused, ...unseen])}

## Answered

${list(answered)}
`;
writeFileSync(target, text);
process.stderr.write(
  `answered ${answered.length}, refused ${refused.length + unseen.length}, checked only ${checked.length}\n`,
);

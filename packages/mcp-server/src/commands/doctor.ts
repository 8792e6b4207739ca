import { localCaller } from "../caller.js";
import { type Command, EXIT } from "../command.js";
import { connectTargets } from "../connect.js";
import type { Finding } from "../doctor/finding.js";
import { allowedTools } from "../exposure/exposure.js";
import { loadConfig } from "../load-config.js";
import { cleanText } from "../render.js";
import { settingsUsage } from "../usage.js";

const SIGNS = { ok: "ok", warning: "WARN", failed: "FAIL", unknown: "?" } as const;

/** `pve-mcp doctor`: looks at everything that the server needs, and changes nothing. */
export const doctor: Command = {
  usage: `pve-mcp doctor: check connection, certificate, release, quorum, clock, token and privileges of each target.

Usage: pve-mcp doctor [--json] [settings]

Changes nothing. Ends with 0 when nothing failed (warnings are no failures), 1 when something did, 4 when a node could
not be reached.

${settingsUsage}`,
  async run(input) {
    const loaded = await loadConfig(input, { bare: ["--json"] });
    if (loaded === undefined) return EXIT.usage;
    const { examine } = await import("../doctor/examine.js");
    const reports = [];
    const { targets } = await connectTargets(loaded.config);
    for (const [index, target] of loaded.config.targets.entries()) {
      const connected = targets[index];
      if (connected === undefined) continue;
      const client = connected.clientFor(localCaller);
      const tools = allowedTools([connected], localCaller);
      reports.push({ target: target.name, findings: await examine({ target, client, tools, now: Date.now }) });
    }
    if ("--json" in loaded.own) input.out(`${JSON.stringify(reports, null, 2)}\n`);
    else for (const { target, findings } of reports) input.out(reportOf(target, findings));
    const failures = reports.flatMap(({ findings }) => findings).filter(({ state }) => state === "failed");
    if (failures.some(({ check }) => check === "connection")) return EXIT.unreachable;
    return failures.length > 0 ? EXIT.failed : EXIT.done;
  },
};

function reportOf(target: string, findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, state, text, remedy }) => [
    `  ${SIGNS[state].padEnd(5)}${check.padEnd(12)}${cleanText(text)}`,
    ...(remedy === undefined ? [] : remedy.split("\n").map((line) => `${" ".repeat(19)}${cleanText(line)}`)),
  ]);
  return `${target}\n${lines.join("\n")}\n`;
}

import { workOneDay } from "./day.js";
import { sayFarewell } from "./farewell.js";
import { createScreen } from "./screen.js";
import { openStage } from "./stage.js";

const screen = createScreen(
  (text) => process.stdout.write(text),
  process.stdout.isTTY === true && !("NO_COLOR" in process.env),
);

try {
  await using stage = await openStage();
  screen.line(`${stage.serverName} looks after the simulated cluster at ${stage.url}`, "bold");
  screen.line(
    `MCP ${stage.protocol} over stdio, ${stage.toolCount} tools listed, the whole API in reach. Nothing real is touched.`,
    "dim",
  );
  await workOneDay(stage, screen);
  sayFarewell(screen);
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

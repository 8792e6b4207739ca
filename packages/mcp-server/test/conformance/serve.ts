import { createSimulator } from "@pve/simulator";
import { httpConfigOf } from "../../src/http/http-config.js";
import { listenHttp } from "../../src/http/http-server.js";
import { createMetrics } from "../../src/http/metrics.js";
import { startHttp } from "../../src/http/serve-http.js";
import { createLog } from "../../src/log.js";
import { configOf } from "../http-session.js";
import { serverProcess } from "../spawned.js";
import { fixtureCodec, fixtureServer } from "./fixture.js";

// Two servers behind the same HTTP door: ours before a simulated cluster, and the suite's fixture. Prints where they
// are and how ours is started over stdin and stdout; ends with stdin.
const pve = createSimulator({ clock: { speed: 50 } });
const { url, fingerprint256: fingerprint } = await pve.listen();
const http = { open: true, requests_per_minute: 1_000_000 };
const config = configOf({ targets: [{ name: "lab", url, token: pve.credentials.token, fingerprint }], http });
const say = (text: string) => process.stderr.write(text);
const ours = await startHttp(config, "127.0.0.1:0", { version: "0.0.0-test", err: say });
const read = httpConfigOf({ ...config, waitBudget: 1000 }, "127.0.0.1:0");
if (ours.server === undefined || read.config === undefined) throw new Error("no server");
const codec = fixtureCodec();
const fixture = await listenHttp(read.config, {
  serverFor: () => fixtureServer(codec),
  ready: async () => true,
  metrics: createMetrics(),
  log: createLog(say),
});
const env = { PVE_URL: url, PVE_TOKEN: pve.credentials.token, PVE_FINGERPRINT: fingerprint };
const { command, args, cwd } = serverProcess({});
const found = { ours: ours.server.url, fixture: fixture.url, stdio: { command, args, cwd, env } };
process.stdout.write(`${JSON.stringify(found)}\n`);
process.stdin.resume().once("end", async () => {
  await Promise.all([ours.server.close(), fixture.close(), pve.close()]);
});

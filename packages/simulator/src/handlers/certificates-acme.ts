import { X509Certificate } from "node:crypto";
import { die, invalid, PveFailure } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep } from "../handler.js";
import { certificatesOf, makeCertificate } from "../world-certificates.js";
import { settingsOf } from "../world-node-settings.js";
import { parseOption } from "../world-option.js";
import { flag, nodeOf } from "./guest-call.js";

type Steps = Generator<TaskStep, void, void>;

/** What the node's configuration says about ordering certificates. */
interface Order {
  readonly account: string;
  readonly domains: readonly string[];
}

function orderOf(call: Call): Order {
  const { config } = settingsOf(call.world, nodeOf(call));
  const acme = parseOption(String(config["acme"] ?? ""), "account");
  const single = Object.keys(config)
    .filter((key) => /^acmedomain\d+$/.test(key))
    .map((key) => parseOption(String(config[key]), "domain")["domain"] ?? "");
  const domains = [...(acme["domains"] ?? "").split(";"), ...single].filter((name) => name !== "").sort();
  if (domains.length === 0) {
    throw new PveFailure(400, "ACME domain list in node configuration is missing!");
  }
  return { account: acme["account"] ?? "default", domains };
}

function assertAccount(call: Call, account: string): void {
  if (!call.world.acmeAccounts.has(account)) {
    die(`ACME account config file '${account}' does not exist.`);
  }
}

/** What the authority signs is made on the spot; a worker cannot wait for it, so it is made before. */
type Files = { readonly certificate: string; readonly key: string };

async function orderFiles(call: Call, { domains }: Order): Promise<Files> {
  const from = call.now();
  const [first = ""] = domains;
  return makeCertificate([{ shortName: "CN", value: first }], domains, { from, until: from + 90 * 86_400 });
}

function* order(call: Call, { account, domains }: Order, files: Files): Steps {
  assertAccount(call, account);
  yield { log: "Loading ACME account details" };
  yield { ms: 500, log: "Placing ACME order" };
  for (const domain of domains) {
    yield { log: `The validation for ${domain} is pending!` };
    yield { log: "Triggering validation" };
    yield { ms: 5000, log: "Sleeping for 5 seconds" };
    yield { log: `Status is 'valid', domain '${domain}' OK!` };
  }
  yield { log: "\nAll domains validated!" };
  yield { log: "\nCreating CSR" };
  yield { ms: 800, log: "Checking order status" };
  yield { ms: 800, log: "Order is ready, finalizing order" };
  yield { log: "valid!" };
  yield { ms: 300, log: "\nDownloading certificate" };
  yield { log: "Setting pveproxy certificate and key" };
  certificatesOf(call.world, nodeOf(call)).custom = files;
  yield { ms: 300, log: "Restarting pveproxy" };
}

const orderNew: Handler = async (call) => {
  if (!flag(call, "force") && certificatesOf(call.world, nodeOf(call)).custom !== undefined) {
    invalid({ force: "Custom certificate exists but 'force' is not set." });
  }
  const wanted = orderOf(call);
  const files = await orderFiles(call, wanted);
  return call.startTask({ node: nodeOf(call), type: "acmenewcert", id: "", work: () => order(call, wanted, files) });
};

/** Renewing early needs `force`: more than thirty days are left. */
const thirtyDays = 30 * 86_400;

function expiresSoon(call: Call, pem: string): boolean {
  return Date.parse(new X509Certificate(pem).validTo) / 1000 - call.now() < thirtyDays;
}

const renew: Handler = async (call) => {
  const { custom } = certificatesOf(call.world, nodeOf(call));
  if (custom === undefined) {
    return die("No current (custom) certificate found, please order a new certificate!");
  }
  if (!flag(call, "force") && !expiresSoon(call, custom.certificate)) {
    invalid({ force: "Certificate does not expire within the next 30 days, and 'force' is not set." });
  }
  const wanted = orderOf(call);
  const files = await orderFiles(call, wanted);
  const work = function* (): Steps {
    yield* order(call, wanted, files);
    yield { ms: 300, log: "Revoking old certificate" };
  };
  return call.startTask({ node: nodeOf(call), type: "acmerenew", id: "", work });
};

const revoke: Handler = (call) => {
  const { account } = orderOf(call);
  const work = function* (): Steps {
    assertAccount(call, account);
    yield { log: "Loading ACME account details" };
    yield { ms: 500, log: "Revoking old certificate" };
    yield { log: "Deleting certificate files" };
    delete certificatesOf(call.world, nodeOf(call)).custom;
    yield { ms: 300, log: "Restarting pveproxy to revert to self-signed certificates" };
  };
  return call.startTask({ node: nodeOf(call), type: "acmerevoke", id: "", work });
};

/** Ordering, renewing and revoking certificates. */
export const acmeCertificateHandlers: Handlers = {
  "GET /nodes/{node}/certificates/acme": () => [{ name: "certificate" }],
  "POST /nodes/{node}/certificates/acme/certificate": orderNew,
  "PUT /nodes/{node}/certificates/acme/certificate": renew,
  "DELETE /nodes/{node}/certificates/acme/certificate": revoke,
};

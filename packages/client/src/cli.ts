import { readCertificate, type ShownCertificate } from "./certificate.js";
import { PveConnectionError } from "./errors.js";

/** Where a command writes, and what time it is. */
export interface CliContext {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly now: () => Date;
}

/** Exit codes: done; the host could not be reached, or its certificate is not valid now; used wrongly. */
const OK = 0;
const FAILED = 1;
const MISUSED = 2;

const PVE_PORT = 8006;
const PATIENCE = 10_000;

const USAGE = `usage: pve-client fingerprint <host[:port]> [--json]

Prints the SHA-256 fingerprint of the certificate that a host shows (port ${PVE_PORT} unless given), for
createClient({ tls: { fingerprint256 } }). Compare it with \`pvenode cert info\` on the node: the network
between here and there may show you another. Exits with ${OK}, with ${FAILED} if the host cannot be reached or the
certificate is expired or not yet valid, and with ${MISUSED} if it was called wrongly.
`;

/** Runs a command line and gives its exit code. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  const { out, err } = context;
  if (argv.includes("--help") || argv.includes("-h")) {
    out(USAGE);
    return OK;
  }
  const json = argv.includes("--json");
  const [command, address, ...more] = argv.filter((word) => word !== "--json");
  const target = readAddress(address);
  if (command !== "fingerprint" || target === undefined || more.length > 0) {
    err(USAGE);
    return MISUSED;
  }
  try {
    const shown = await readCertificate(target.host, target.port, PATIENCE);
    const problem = validityProblem(shown, context.now());
    out(json ? `${JSON.stringify(shown)}\n` : print(`${target.host}:${target.port}`, shown));
    if (problem === undefined) return OK;
    err(`pve-client: the certificate ${problem}\n`);
  } catch (error) {
    if (!(error instanceof PveConnectionError)) throw error;
    err(`pve-client: ${error.message}\n`);
  }
  return FAILED;
}

/** `pve1`, `pve1:443`, `[fe80::1]:8006` or an address as in `baseUrl`. */
function readAddress(text: string | undefined): { readonly host: string; readonly port: number } | undefined {
  if (text === undefined || text.startsWith("-")) return undefined;
  const isUrl = /^https:\/\//i.test(text);
  const address = isUrl ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, pathname, username } = new URL(address);
  if (username !== "" || (!isUrl && pathname !== "/")) return undefined;
  // URL leaves out 443, which is what https:// means, but not what a bare host means.
  const implied = isUrl || /:0*443$/.test(text) ? 443 : PVE_PORT;
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? implied : Number(port) };
}

function validityProblem({ validFrom, validTo }: ShownCertificate, now: Date): string | undefined {
  if (now > validTo) return "has expired";
  return now < validFrom ? "is not yet valid" : undefined;
}

function print(
  host: string,
  { fingerprint256, subject, issuer, validFrom, validTo, trusted }: ShownCertificate,
): string {
  const lines = [
    ["host", host],
    ["fingerprint", fingerprint256],
    ["subject", subject],
    ["issuer", issuer],
    ["valid", `${day(validFrom)} to ${day(validTo)}`],
    [
      "trusted",
      trusted ? "yes, the system knows who signed it" : "not by the system: pin it, or hand in its authority",
    ],
  ] as const;
  return lines.map(([name, value]) => `${name.padEnd(12)} ${value}\n`).join("");
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

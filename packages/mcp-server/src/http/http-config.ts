import { isIPv4, isIPv6 } from "node:net";
import type { Risk } from "@pve/tools";
import { lesserRisk } from "../allowance.js";
import { localCaller } from "../caller.js";
import type { ServerConfig } from "../config.js";
import { furthestReach } from "../target.js";
import type { CallerConfig, FileHttp, OauthConfig } from "./http-section.js";

/** Where the HTTP server listens unless told otherwise. */
export const DEFAULT_LISTEN = "127.0.0.1:8765";

/** How the HTTP server listens and whom it answers. Tokens and the TLS key in it are secrets. */
export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** The address by which clients know the server; its path is `/mcp`. */
  readonly url?: string | undefined;
  /** Host names that requests may be addressed to. */
  readonly hosts: readonly string[];
  /** Hosts of web pages that may call, beside those of this machine while the server listens there alone. */
  readonly origins: readonly string[];
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Anybody may call; on loopback addresses alone. */
  readonly open: boolean;
  readonly callers: readonly CallerConfig[];
  readonly oauth?: OauthConfig & { readonly audience: string };
  /** Bytes. */
  readonly bodyLimit: number;
  /** Of one caller, and of one process. */
  readonly requestsPerMinute: number;
  /** Milliseconds that a request may take. */
  readonly timeout: number;
  /** Milliseconds that requests under way get when the server is told to end. */
  readonly drain: number;
  /** Answers on loopback addresses only. */
  readonly loopback: boolean;
}

/** What of a configuration says how HTTP is served. */
type Given = Pick<ServerConfig, "targets" | "waitBudget" | "http" | "safety">;

/** A configuration, or what is wrong with it; `warnings` are for stderr. */
export type ReadHttpConfig =
  | { readonly config: HttpConfig; readonly warnings: readonly string[]; readonly problems: readonly [] }
  | { readonly config?: never; readonly problems: readonly string[] };

/** A request may take what its task may take, and this long beside it. */
const BESIDE_THE_WAIT = 60_000;
/** At the end a call may still wait for its task, and say where it stands. */
const BESIDE_THE_WAIT_AT_THE_END = 5_000;
const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/** Joins flag and file to the configuration of the HTTP server; `listen` is the value of `--http`, where one was given. */
export function httpConfigOf(given: Given, listen: string | undefined): ReadHttpConfig {
  const { http: file, waitBudget } = given;
  const targets = given.targets.map(({ name }) => name);
  const written = listen ?? file?.listen ?? DEFAULT_LISTEN;
  const address = addressOf(written);
  if (address === undefined) {
    return {
      problems: [`${JSON.stringify(written)} is no address to listen at. Write host:port, such as ${DEFAULT_LISTEN}.`],
    };
  }
  const loopback = isLoopback(address.host);
  const problems =
    file === undefined ? [NOBODY] : [...accessProblems(file, loopback), ...callerProblems(file, targets)];
  const hosts = hostsOf(address.host, loopback, file);
  if (hosts.length === 0) {
    problems.push(
      "http.hosts has to name the host names that clients use, or http.url the whole address: the server listens on all addresses and answers to no name it does not know.",
    );
  }
  if (file === undefined || problems.length > 0) return { problems };
  const { oauth, body_limit, requests_per_minute, timeout, drain, hosts: _, listen: __, ...rest } = file;
  const config: HttpConfig = {
    ...rest,
    ...address,
    hosts,
    loopback,
    ...(oauth !== undefined && { oauth: { ...oauth, audience: oauth.audience ?? file.url ?? "" } }),
    bodyLimit: body_limit,
    requestsPerMinute: requests_per_minute,
    timeout: timeout === undefined ? waitBudget + BESIDE_THE_WAIT : timeout * 1000,
    drain: drain === undefined ? waitBudget + BESIDE_THE_WAIT_AT_THE_END : drain * 1000,
  };
  return { config, warnings: warningsOf(config, given), problems: [] };
}

const NOBODY =
  'Over HTTP somebody has to be let in, and nobody is. Run "pve-mcp token <name>", put the lines it prints into the configuration file, and name that with --config. For a server on this machine alone that anybody here may use, write "http: { open: true }".';

function accessProblems(file: FileHttp, loopback: boolean): string[] {
  const { open, callers, oauth, url } = file;
  const closed = callers.length > 0 || oauth !== undefined;
  const problems: string[] = [];
  if (!open && !closed) problems.push(NOBODY);
  if (open && closed)
    problems.push("http.open lets everybody in, so http.callers and http.oauth would mean nothing. Keep one of them.");
  if (open && !loopback) {
    problems.push(
      "http.open is for loopback addresses, such as 127.0.0.1. Where others can connect, name http.callers or http.oauth.",
    );
  }
  if (oauth !== undefined && url === undefined) {
    problems.push(
      "http.oauth needs http.url, the address by which clients know this server: tokens are made out to it.",
    );
  }
  if (oauth === undefined && callers.some(({ subject }) => subject !== undefined)) {
    problems.push("http.callers names a subject, and http.oauth says nobody whose tokens have one.");
  }
  return problems;
}

function callerProblems({ callers }: FileHttp, targets: readonly string[]): string[] {
  const unknown = callers.flatMap(({ id, targets: named = [], pveTokens }) =>
    [...named, ...Object.keys(pveTokens)]
      .filter((name) => !targets.includes(name))
      .map((name) => `http.callers.${id} names the target ${JSON.stringify(name)}; targets: ${targets.join(", ")}.`),
  );
  const twice = (["id", "tokenHash", "subject"] as const).filter((key) => {
    const values = callers.map((caller) => caller[key]).filter((value) => value !== undefined);
    return new Set(values).size < values.length;
  });
  const names = { id: "id", tokenHash: "token", subject: "subject" };
  return [...unknown, ...twice.map((key) => `http.callers: two callers have the same ${names[key]}.`)];
}

function warningsOf({ loopback, tls, url, timeout, ...config }: HttpConfig, given: Given): readonly string[] {
  const warnings: string[] = [];
  if (!loopback && tls === undefined && url?.startsWith("https:") !== true) {
    warnings.push(
      "http: tokens travel unencrypted. Set http.tls, or put a proxy that speaks TLS in front and name its address in http.url.",
    );
  }
  if (timeout <= given.waitBudget) {
    warnings.push(
      "http.timeout is no longer than the wait for a task: calls are cut off before they can say which task goes on.",
    );
  }
  const { approval } = given.safety;
  const furthest = reachOf(config, furthestReach(given.targets, localCaller));
  if (approval?.directory !== undefined || furthest === "read") return warnings;
  if (furthest === "destroy" && (approval?.mode ?? "auto") === "auto") {
    warnings.push(
      "http: over HTTP only clients of revision 2026-07-28 can ask their user, and without approval.directory no operator can be asked: calls of others that need approval are refused.",
    );
  }
  if (url !== undefined) {
    warnings.push(
      "http: approvals and plans hold in this process alone. If several processes answer at http.url, have them share an approval.directory.",
    );
  }
  return warnings;
}

/** How far the callers may go, where the targets allow as much as `furthest`. */
function reachOf({ open, oauth, callers }: Pick<HttpConfig, "open" | "oauth" | "callers">, furthest: Risk): Risk {
  if (open || oauth !== undefined) return furthest;
  const reaches = callers.map(({ reach }) => lesserRisk(reach, furthest));
  return reaches.find((reach) => reach === "destroy") ?? reaches.find((reach) => reach === "change") ?? "read";
}

function hostsOf(host: string, loopback: boolean, file: FileHttp | undefined): readonly string[] {
  const wildcard = host === "0.0.0.0" || host === "::";
  const own = loopback ? LOCAL_NAMES : wildcard ? [] : [isIPv6(host) ? `[${host}]` : host];
  const known = file?.url === undefined ? [] : [new URL(file.url).hostname];
  return [...new Set([...own, ...known, ...(file?.hosts ?? [])])];
}

function addressOf(written: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]:|([^:\s]*):)?(\d{1,5})$/.exec(written) ?? [];
  if (port === undefined || Number(port) > 65_535) return undefined;
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
  return { host: bracketed ?? (plain || "127.0.0.1"), port: Number(port) };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

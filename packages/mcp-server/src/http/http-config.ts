import { isIPv4, isIPv6 } from "node:net";
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

/** What a configuration of the HTTP server is made from. */
interface Given {
  /** The value of `--http`, where one was given. */
  readonly listen: string | undefined;
  readonly file: FileHttp | undefined;
  readonly targets: readonly string[];
  /** Milliseconds that a call waits for its task. */
  readonly waitBudget: number;
}

/** A configuration, or what is wrong with it; `warnings` are for stderr. */
export type ReadHttpConfig =
  | { readonly config: HttpConfig; readonly warnings: readonly string[]; readonly problems: readonly [] }
  | { readonly config?: never; readonly problems: readonly string[] };

/** A request may take what its task may take, and this long beside it. */
const BESIDE_THE_WAIT = 60_000;
const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/** Joins flag and file to the configuration of the HTTP server. */
export function httpConfigOf({ listen, file, targets, waitBudget }: Given): ReadHttpConfig {
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
    drain: drain * 1000,
  };
  return { config, warnings: warningsOf(config), problems: [] };
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

function warningsOf({ loopback, tls, url }: HttpConfig): readonly string[] {
  if (loopback || tls !== undefined || url?.startsWith("https:") === true) return [];
  return [
    "http: tokens travel unencrypted. Set http.tls, or put a proxy that speaks TLS in front and name its address in http.url.",
  ];
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

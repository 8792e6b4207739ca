import { Buffer } from "node:buffer";
import { releases } from "../../src/contracts.js";
import { type Simulator, totpCode } from "../../src/index.js";
import { createSimulatorFrom } from "../../src/simulator.js";
import type { World } from "../../src/world.js";
import { difference, type Given } from "./compare.js";
import type { Exchange } from "./distil-transcript.js";
import { learn, renamed } from "./names.js";
import { secrets, wireWorld } from "./wire-world.js";

/** What became of one exchange. */
export interface Outcome {
  readonly id: string;
  /** `uncovered`: the simulator says itself that it does not simulate the operation. */
  readonly kind: "same" | "different" | "uncovered" | "left";
  /** What differs. */
  readonly text: string;
}

/** What the transcript does not say about its exchanges. */
export interface Circumstances {
  /** What happened to the node before an exchange, off the record. */
  readonly before: Readonly<Record<string, (world: World, sim: Simulator) => void | Promise<void>>>;
  /** What the redacted credentials of an exchange were. */
  readonly credentials: Readonly<Record<string, (headers: Headers, sim: Simulator) => void | Promise<void>>>;
  /** How long after an exchange the next one came, in seconds, where tasks were watched while they ran. */
  readonly pauses: Readonly<Record<string, number>>;
  /** What cannot be asked through `fetch`, or not again, and why. */
  readonly left: Readonly<Record<string, string>>;
}

/** Replays the exchanges one after the other against one simulator, whose world changes on the way as the node's did. */
export async function replay(
  exchanges: readonly Exchange[],
  { before, credentials, pauses, left }: Circumstances,
): Promise<Outcome[]> {
  const seeded = wireWorld.build(releases[0]);
  await using sim = createSimulatorFrom({ ...wireWorld, build: () => seeded });
  const names = new Map<string, string>();
  const outcomes: Outcome[] = [];
  for (const exchange of exchanges) {
    const reason = left[exchange.id];
    if (reason !== undefined) {
      outcomes.push({ id: exchange.id, kind: "left", text: reason });
      continue;
    }
    await before[exchange.id]?.(seeded.world, sim);
    const given = await send(sim, exchange, names, credentials[exchange.id]);
    learn(exchange.response?.body ?? "", given.body, names);
    outcomes.push(judge(exchange, given));
    // A person at a keyboard: tasks have ended before the next request.
    const starts = /"UPID:/.test(exchange.response?.body ?? "") && exchange.request.method !== "GET";
    await sim.clock.advance(1000 * (pauses[exchange.id] ?? (starts ? 60 : 0.5)));
  }
  return outcomes;
}

function judge(exchange: Exchange, given: Given): Outcome {
  const { id } = exchange;
  if (given.status === 501 && given.reason === "not simulated") {
    return { id, kind: "uncovered", text: `${exchange.request.method} ${exchange.request.target}` };
  }
  const text = difference(exchange, given);
  return { id, kind: text === undefined ? "same" : "different", text: text ?? "" };
}

async function send(
  sim: Simulator,
  { request }: Exchange,
  names: ReadonlyMap<string, string>,
  alter: Circumstances["credentials"][string] | undefined,
): Promise<Given> {
  const { method, target } = request;
  const headers = new Headers(await withCredentials(sim, request.headers));
  await alter?.(headers, sim);
  const isMultipart = headers.get("content-type")?.startsWith("multipart/") ?? false;
  const length = Number(headers.get("content-length") ?? 0);
  for (const name of ["content-length", "connection", "expect"]) {
    headers.delete(name);
  }
  const text = withCode(sim, await withTickets(sim, filled(renamed(request.body ?? "", names), length)));
  const crlf = text.replaceAll("\n", "\r\n");
  const body = isMultipart && Math.abs(crlf.length - length) < 3 ? `${crlf}\r\n`.slice(0, length) : text;
  try {
    const init = { method, headers, ...(body === "" ? {} : { body: new Uint8Array(Buffer.from(body)) }) };
    const response = await sim.fetch(renamed(target, names), init);
    const reason = Buffer.from(response.statusText, "latin1").toString("utf8");
    return { status: response.status, reason, body: await response.text() };
  } catch (error) {
    return { status: 0, reason: String(error), body: "" };
  }
}

/** A code is good for half a minute: the one in the transcript becomes the one of now. */
function withCode(sim: Simulator, text: string): string {
  return text.replace("871665", totpCode("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", sim.clock.now()));
}

/** The transcript abbreviates long texts; `Content-Length` says how long they were. */
function filled(text: string, length: number): string {
  const [abbreviated, letter] = /(.)…\(\1 repeated\)/.exec(text) ?? [];
  return abbreviated === undefined || letter === undefined
    ? text
    : text.replace(abbreviated, letter.repeat(length - (text.length - abbreviated.length)));
}

/** Whoever is in the middle of a login with a second factor: such a ticket does not name its user. */
const halfway = "audit@pve";
const ticketPattern = /PVE(%3A|:)([\w%@.-]+?)(?:%3A|:)[0-9A-F]{8}(?:%3A%3A|::)<base64 signature>/;

async function withTickets(sim: Simulator, text: string): Promise<string> {
  const [shown, colon, user] = ticketPattern.exec(text) ?? [];
  if (shown === undefined || user === undefined) {
    return text;
  }
  const name = decodeURIComponent(user);
  const { login } = await logIn(sim, name.startsWith("!tfa!") ? halfway : name);
  return text.replace(shown, colon === ":" ? login : encodeURIComponent(login));
}

/** The transcript shows no secrets: tokens get the test world's, tickets are made out by logging in. */
async function withCredentials(
  sim: Simulator,
  given: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const token = /PVEAPIToken[= ](\S+)=<secret>/.exec(headers["authorization"] ?? "")?.[1];
  if (token !== undefined) {
    const secret =
      Object.entries(secrets).find(([name]) => name === token)?.[1] ?? "00000000-0000-4000-8000-000000000000";
    headers["authorization"] = (headers["authorization"] ?? "").replace("<secret>", secret);
  }
  for (const name of ["cookie", "authorization"]) {
    const value = headers[name] ?? "";
    const user = ticketPattern.exec(value)?.[2];
    if (user !== undefined) {
      headers[name] = await withTickets(sim, value);
      if (headers["csrfpreventiontoken"]?.includes("<43 base64 chars>")) {
        headers["csrfpreventiontoken"] = (await logIn(sim, decodeURIComponent(user))).csrf;
      }
    }
  }
  return headers;
}

const passwords: Readonly<Record<string, string>> = {
  "root@pam": "RootPass123",
  "admin@pve": "AdminPass123",
  "dis@pve": "Password123",
  "audit@pve": "AuditPass123",
};

/** Logs in as somebody whose password the test world knows. */
export async function logIn(sim: Simulator, username: string): Promise<{ login: string; csrf: string }> {
  const password = passwords[username] ?? "";
  const body = new URLSearchParams({ username, password });
  const answer = await sim.fetch("/api2/json/access/ticket", { method: "POST", body });
  const { data } = JSON.parse((await answer.text()) || "{}") as {
    data?: { ticket: string; CSRFPreventionToken: string } | null;
  };
  return { login: data?.ticket ?? "PVE:nobody@pve:00000000::none", csrf: data?.CSRFPreventionToken ?? "" };
}

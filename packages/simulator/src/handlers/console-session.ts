import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { createShell } from "../console-shell.js";
import { createUpgrade } from "../console-upgrade.js";
import { die, PveFailure } from "../failure.js";
import type { Call } from "../handler.js";
import { asConsole, type ConsoleEnd, type ConsolePeer } from "../http-console.js";
import { type ConsoleSession, consoleTicket, freePort, isConsoleTicket } from "../world-consoles.js";
import { packagesOf } from "../world-packages.js";
import { need, number } from "./guest-call.js";

/** What a console is opened for. */
export interface ConsolePlan extends Pick<ConsoleSession, "kind" | "hostname" | "since" | "program" | "obstacle"> {
  readonly node: string;
  /** Worker type and id. */
  readonly type: string;
  readonly id: string;
  /** ACL path that the ticket is bound to. */
  readonly path: string;
  /** Whether a password for the screen protocol goes in front of the ticket. */
  readonly password: boolean;
}

/** How long a console waits for its caller, in simulated milliseconds. */
const patience = 10_000;

/** Opens a console: a port, a ticket that is good for seconds, and a worker that lives as long as the console. */
export function openConsole(call: Call, plan: ConsolePlan): Record<string, unknown> {
  const { consoles } = call.world;
  const port = freePort(consoles) ?? die("unable to find free vnc port (5900-5999)");
  const { authid } = call.caller;
  const bare = consoleTicket(consoles, { authid, path: plan.path, port, now: call.now() });
  const password = plan.password ? randomBytes(6).toString("base64url") : undefined;
  const ticket = password === undefined || plan.kind === "terminal" ? bare : `${password}:${bare}`;
  const { kind, hostname, since, program, obstacle } = plan;
  const session: ConsoleSession = {
    port,
    authid,
    ticket,
    kind,
    hostname,
    since,
    ...(program === undefined ? {} : { program }),
    ...(obstacle === undefined ? {} : { obstacle }),
    connected: false,
    closed: false,
  };
  consoles.sessions.set(port, session);
  const upid = call.startTask({ node: plan.node, type: plan.type, id: plan.id, work: () => attend(call, session) });
  return { user: authid, ticket, port: String(port), upid, ...(password === undefined ? {} : { password }) };
}

function* attend(call: Call, session: ConsoleSession): Generator<{ ms: number }, void, void> {
  try {
    for (let waited = 0; waited < patience && !session.connected; waited += 500) {
      yield { ms: 500 };
    }
    if (!session.connected) {
      die("connection timed out");
    }
    while (!session.closed) {
      yield { ms: 1000 };
    }
  } finally {
    session.closed = true;
    call.world.consoles.sessions.delete(session.port);
  }
}

/** The answer to `vncwebsocket`: a port, and for a websocket the console behind it. */
export function joinConsole(call: Call, path: string, exists: () => void): unknown {
  const port = number(call, "port") ?? 0;
  const { consoles } = call.world;
  const claim = { authid: call.caller.authid, path, port, now: call.now() };
  if (!isConsoleTicket(consoles, need(call, "vncticket"), claim)) {
    throw new PveFailure(401, "permission denied - invalid PVEVNC ticket");
  }
  exists();
  const session = consoles.sessions.get(port);
  return asConsole({ port: String(port) }, (peer) => connect(call, session, peer));
}

const nobody: ConsoleEnd = { receive: () => {}, closed: () => {} };

function connect(call: Call, session: ConsoleSession | undefined, peer: ConsolePeer): ConsoleEnd {
  if (session === undefined || session.connected || session.closed) {
    peer.close();
    return nobody;
  }
  session.connected = true;
  return session.kind === "screen" ? refuseScreen(session, peer) : speakTerminal(call, session, peer);
}

/** The screen protocol can say why there is no screen; that is all it says here. */
function refuseScreen(session: ConsoleSession, peer: ConsolePeer): ConsoleEnd {
  peer.send("RFB 003.008\n");
  return {
    receive() {
      const reason = Buffer.from("the simulator has no screen to show");
      const length = Buffer.alloc(4);
      length.writeUInt32BE(reason.length);
      peer.send(Buffer.concat([Buffer.from([0]), length, reason]));
      session.closed = true;
      peer.close();
    },
    closed: () => {
      session.closed = true;
    },
  };
}

/** First `user:ticket`, then frames: `0:<length>:<input>`, `1:<columns>:<rows>:` and `2`. */
function speakTerminal(call: Call, session: ConsoleSession, peer: ConsolePeer): ConsoleEnd {
  const bash = createShell({ hostname: session.hostname, since: session.since, now: call.now });
  const shell =
    session.program === "upgrade" ? createUpgrade(packagesOf(call.world, session.hostname).packages, bash) : bash;
  let isKnown = false;
  const end = (): void => {
    session.closed = true;
    peer.close();
  };
  const greet = (text: string): void => {
    isKnown = text === `${session.authid}:${session.ticket}\n`;
    if (!isKnown) {
      end();
      return;
    }
    peer.send("OK");
    peer.send(session.obstacle === undefined ? shell.greeting : `${session.obstacle}\r\n`);
    if (session.obstacle !== undefined) {
      end();
    }
  };
  return {
    receive(data) {
      const text = Buffer.from(data).toString("utf8");
      if (!isKnown) {
        greet(text);
        return;
      }
      const input = /^0:\d+:([\s\S]*)$/.exec(text)?.[1];
      if (input === undefined || session.closed) {
        return;
      }
      const { output, done } = shell.type(input);
      peer.send(output);
      if (done) {
        end();
      }
    },
    closed: () => {
      session.closed = true;
    },
  };
}

import type { Fault, FaultStore } from "./faults.js";
import { answer } from "./http.js";
import type { Core } from "./http-core.js";
import { emptyRefusal, type Reply, toWire, type WireRequest, type WireResponse } from "./http-message.js";

/** Answers a request as far as the faults in force let it; `path` is the one that they are matched with. */
export async function answerWithFaults(
  core: Core,
  faults: FaultStore,
  request: WireRequest,
  path: string,
): Promise<WireResponse | undefined> {
  const { latency, ending, alterTask } = faults.meet(request.method, path);
  if (latency > 0) {
    await core.clock.sleep(latency);
  }
  if (ending === undefined) {
    return await answer(core, request, alterTask);
  }
  return end(core, ending, () => answer(core, request, alterTask));
}

async function end(
  core: Core,
  fault: Fault,
  execute: () => Promise<WireResponse | undefined>,
): Promise<WireResponse | undefined> {
  const wire = (reply: Reply): WireResponse => toWire(reply, core.clock.now());
  switch (fault.kind) {
    case "reset-before":
      return vanished;
    case "lost-answer":
      await execute();
      return vanished;
    case "reset-during-body":
      return broken(await execute(), "in-body");
    case "reset-after-body":
      return broken(await execute(), "after-body");
    case "truncate":
      return truncated(await execute());
    case "status":
      if (fault.executed) {
        await execute();
      }
      return wire(emptyRefusal(fault.status, fault.reason ?? statusReasons[fault.status] ?? "Error"));
    case "unauthorized":
      await core.clock.sleep(core.authDelay);
      return wire(emptyRefusal(401, "Authentication failed!"));
    case "html":
      return wire(proxyPage(fault.status ?? 502, fault.body));
    default:
      return execute();
  }
}

const vanished: WireResponse = { status: 0, reason: "", headers: [], body: new Uint8Array(), reset: "before-head" };

function broken(reply: WireResponse | undefined, reset: "in-body" | "after-body"): WireResponse | undefined {
  return reply && { ...reply, reset };
}

/** Half the body under a length that fits it: only a reader of the JSON notices. */
function truncated(reply: WireResponse | undefined): WireResponse | undefined {
  if (!reply) {
    return undefined;
  }
  const body = reply.body.subarray(0, Math.floor(reply.body.length / 2));
  const headers = reply.headers.map(([name, value]) =>
    name === "Content-Length" ? ([name, String(body.length)] as const) : ([name, value] as const),
  );
  return { ...reply, body, headers };
}

/** What an entry node says when it cannot reach the node that a request is for. */
const statusReasons: Readonly<Record<number, string>> = {
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  595: "No route to host",
  596: "Broken pipe",
  597: "Connection reset by peer",
  598: "Connection timed out",
  599: "Too many redirections",
};

function proxyPage(status: number, body: string | undefined): Reply {
  const title = `${status} ${statusReasons[status] ?? "Error"}`;
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1></body>\r\n</html>\r\n`;
  return { status, reason: statusReasons[status] ?? "Error", contentType: "text/html", body: body ?? page };
}

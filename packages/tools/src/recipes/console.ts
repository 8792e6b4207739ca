import { ToolPreconditionError } from "../errors.js";
import { type Answer, guestOf, type Invocation, textOf } from "../invocation.js";
import { callOperation } from "../operation.js";
import { isRecord, openObject } from "../schema.js";
import { notesSchema, type Row } from "../window.js";

const ROUTES = {
  vnc: "POST /nodes/{node}/qemu/{vmid}/vncproxy",
  terminal: "POST /nodes/{node}/qemu/{vmid}/termproxy",
  spice: "POST /nodes/{node}/qemu/{vmid}/spiceproxy",
} as const;

/** Where a console waits, and where the ticket for it is. */
export const consoleOutput = openObject(
  {
    vmid: { type: "integer" },
    node: { type: "string" },
    kind: { type: "string", enum: Object.keys(ROUTES) },
    port: { type: "integer" },
    websocket: { type: "string", description: "Path to connect to, with the port; the ticket goes into vncticket." },
    ticket_saved_to: { type: "string", description: "Where an operator finds what opens it." },
    valid_seconds: { type: "integer" },
    notes: notesSchema,
  },
  ["vmid", "node", "kind", "ticket_saved_to"],
);

/** Has PVE open a console and hands its ticket, a secret good for seconds, to whoever keeps secrets. */
export async function openConsole(call: Invocation): Promise<Answer> {
  const guest = guestOf(call);
  const kind = kindOfConsole(textOf(call.args, "kind"));
  const { status } = await call.pve.call("GET /nodes/{node}/qemu/{vmid}/status/current", guest, call.watch);
  if (status !== "running") {
    throw new ToolPreconditionError(`guest ${guest.vmid} does not run, so it has no console`, "start_vm starts it.");
  }
  const more = kind === "vnc" ? { websocket: true } : {};
  const result = await callOperation(call, ROUTES[kind], { ...guest, ...more });
  const opened: Row = isRecord(result) ? result : {};
  const name = `console-${guest.vmid}-${kind}`;
  const saved = await call.saveSecret?.(kind === "spice" ? `${name}.vv` : name, secretOf(kind, opened));
  const port = Number(opened["port"] ?? opened["tls-port"]);
  return {
    ...guest,
    kind,
    ...(Number.isFinite(port) && { port }),
    ...(kind !== "spice" && {
      websocket: `/api2/json/nodes/${guest.node}/qemu/${guest.vmid}/vncwebsocket?port=${port}`,
    }),
    ticket_saved_to: saved ?? "nowhere",
    valid_seconds: 40,
    notes: [
      kind === "spice"
        ? "remote-viewer opens the file. It is good for half a minute."
        : "The ticket is good for half a minute and for the one who asked. People open the console in PVE's web interface more easily.",
    ],
  };
}

function kindOfConsole(given: string | undefined): keyof typeof ROUTES {
  return given === "terminal" || given === "spice" ? given : "vnc";
}

/** A virt-viewer file for SPICE; for the others the ticket, and who it is for. */
function secretOf(kind: keyof typeof ROUTES, opened: Row): string {
  if (kind !== "spice") return JSON.stringify({ user: opened["user"], port: opened["port"], ticket: opened["ticket"] });
  const lines = Object.entries(opened).map(([key, value]) => `${key}=${String(value).replaceAll("\n", "\\n")}`);
  return `[virt-viewer]\n${lines.join("\n")}\n`;
}

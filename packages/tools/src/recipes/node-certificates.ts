import type { Answer, Invocation } from "../invocation.js";
import { listOf, openObject } from "../schema.js";
import { isoOf } from "../time.js";
import { notesSchema, plain } from "../window.js";

/** The certificates of a node and how long they are good for. */
export const nodeCertificatesOutput = openObject(
  {
    node: { type: "string" },
    items: listOf(
      openObject({
        filename: { type: "string" },
        subject: { type: "string" },
        issuer: { type: "string" },
        san: listOf({ type: "string" }, "Names it is good for."),
        fingerprint: { type: "string", description: "SHA-256, for pinning." },
        expires: { type: "string", description: "UTC." },
        days_left: { type: "integer", description: "Negative once it has expired." },
      }),
      "pveproxy-ssl.pem, where there is one, is what browsers see; otherwise pve-ssl.pem.",
    ),
    count: { type: "integer" },
    notes: notesSchema,
  },
  ["node", "items", "count"],
);

/** Lists the certificates of a node without their text. */
export async function nodeCertificates(call: Invocation): Promise<Answer> {
  const node = String(call.params["node"]);
  const rows = await call.pve.call("GET /nodes/{node}/certificates/info", { node }, call.watch);
  const items = rows.map(({ filename, subject, issuer, san, fingerprint, notafter }) =>
    plain({
      filename,
      subject,
      issuer,
      san,
      fingerprint,
      ...(notafter !== undefined && {
        expires: isoOf(notafter),
        days_left: Math.floor((notafter - call.now() / 1000) / 86_400),
      }),
    }),
  );
  return { node, items, count: items.length };
}

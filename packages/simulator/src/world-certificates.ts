import { generate } from "selfsigned";
import type { World } from "./world.js";
import { settingsOf } from "./world-node-settings.js";
import { entryOf } from "./world-per-node.js";

/** A certificate chain with its key, both PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** The certificates of a node. */
export interface NodeCertificates {
  /** Made on first use; every node of the cluster shows the same. */
  readonly authority: Promise<CertificateFiles>;
  /** The node's own, signed when it joined. */
  readonly own: Promise<CertificateFiles>;
  /** What was uploaded or ordered for the API. */
  custom?: CertificateFiles;
}

const day = 86_400;

/** When a node's own certificate begins and ends, in epoch seconds. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** The certificates of a node; the seed may say how long its own one is good for. */
export function certificatesOf(world: World, node: string): NodeCertificates {
  return entryOf(world.certificates, node, () => {
    const begin = (world.nodes.get(node)?.bootedAt ?? 0) - 30 * day;
    const validity = world.certificateValidity.get(node) ?? { from: begin, until: begin + 730 * day };
    return { authority: authorityOf(world), own: nodeCertificate(world, node, validity) };
  });
}

function authorityOf(world: World): Promise<CertificateFiles> {
  const first = world.nodes.get(world.entry);
  const known = [...world.certificates.values()][0];
  const begin = (first?.bootedAt ?? 0) - 30 * day;
  return (
    known?.authority ??
    makeCertificate(
      [
        { shortName: "CN", value: "Proxmox Virtual Environment" },
        { shortName: "O", value: "PVE Cluster Manager CA" },
      ],
      [],
      { from: begin, until: begin + 3650 * day },
    )
  );
}

function nodeCertificate(world: World, node: string, validity: Validity): Promise<CertificateFiles> {
  const { search } = settingsOf(world, node).dns;
  const ip = world.nodes.get(node)?.ip ?? "127.0.1.1";
  return makeCertificate(
    [
      { shortName: "OU", value: "PVE Cluster Node" },
      { shortName: "O", value: "Proxmox Virtual Environment" },
      { shortName: "CN", value: `${node}.${search}` },
    ],
    ["127.0.0.1", "localhost", ip, node, `${node}.${search}`],
    validity,
  );
}

/** Makes a real, self-signed certificate for names and addresses. */
export async function makeCertificate(
  subject: { shortName: string; value: string }[],
  names: readonly string[],
  { from, until }: Validity,
): Promise<CertificateFiles> {
  const altNames = names.map((name) =>
    /^[\d.]+$/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name },
  );
  const { cert, private: key } = await generate(subject, {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(from * 1000),
    notAfterDate: new Date(until * 1000),
    extensions: altNames.length > 0 ? [{ name: "subjectAltName", altNames }] : [{ name: "basicConstraints", cA: true }],
  });
  return { certificate: cert, key };
}

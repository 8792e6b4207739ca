import { readFile } from "node:fs/promises";
import type { FindJoining } from "@pve/tools";
import type { TlsTrust } from "../target-config.js";

/** A node that the operator has prepared for joining: reached as root@pam, since nobody else may join it. */
export interface JoiningNodeConfig {
  /** The node's own name. */
  readonly name: string;
  readonly baseUrl: string;
  readonly tls?: TlsTrust;
  /** File with the password of root@pam on the joining node. */
  readonly passwordFile: string;
  /** File with the password of root@pam in the cluster it joins. */
  readonly clusterPasswordFile: string;
}

/** Finds prepared nodes by name; passwords are read when one is really to join. */
export function createJoiningFinder(nodes: readonly JoiningNodeConfig[]): FindJoining {
  return async (name) => {
    const node = nodes.find((one) => one.name === name);
    if (node === undefined) return undefined;
    const { baseUrl, tls, passwordFile, clusterPasswordFile } = node;
    const { createClient } = await import("@pve/client/node");
    const client = createClient({
      baseUrl,
      auth: { username: "root@pam", passwordFile },
      ...(tls !== undefined && { tls }),
    });
    return { client, clusterPassword: (await readFile(clusterPasswordFile, "utf8")).replace(/\r?\n$/, "") };
  };
}

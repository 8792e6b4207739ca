import type { OauthConfig } from "./http-section.js";

/** What RFC 9728 has a protected resource say about itself. */
export interface ResourceMetadata {
  /** Where clients find it; named in every challenge. */
  readonly url: string;
  /** Whether it is what lies at this path. */
  readonly serves: (pathname: string) => boolean;
  readonly document: string;
  /** The least that a token needs. */
  readonly scope: string;
}

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** The metadata of the server that clients know as `resource`. */
export function resourceMetadata({ issuer, scopes }: OauthConfig, resource: string): ResourceMetadata {
  const { origin, pathname } = new URL(resource);
  const path = WELL_KNOWN + (pathname === "/" ? "" : pathname);
  return {
    url: origin + path,
    scope: scopes.read,
    serves: (asked) => asked === path || asked === WELL_KNOWN,
    document: JSON.stringify({
      resource,
      resource_name: "Proxmox VE",
      authorization_servers: [issuer],
      scopes_supported: [scopes.read, scopes.change, scopes.destroy],
      bearer_methods_supported: ["header"],
    }),
  };
}

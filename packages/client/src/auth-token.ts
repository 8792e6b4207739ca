import type { Authenticator, Secret } from "./credentials.js";
import { PveConfigError } from "./errors.js";

/**
 * Makes the authenticator of an API token. A token in a text is checked at once, that of a function when it is asked.
 * @throws PveConfigError when it cannot be a token; it never quotes it
 */
export function tokenAuthenticator(token: Secret): Authenticator {
  if (typeof token !== "function") {
    const headers = headersOf(token);
    return { isToken: true, identity: () => nameOf(headers), headers: () => headers, renew: async () => false };
  }
  let pending: Promise<Record<string, string>> | undefined;
  // Asked once for all calls; a failure is not kept, so that the next call asks again.
  const ask = () => {
    const asked = (async () => headersOf(await token()))();
    pending = asked;
    asked.catch(() => {
      if (pending === asked) pending = undefined;
    });
    return asked;
  };
  return {
    isToken: true,
    identity: async () => nameOf(await (pending ?? ask())),
    headers: () => pending ?? ask(),
    renew: async ({ authorization }) => {
      const known = await (pending ?? ask());
      if (known["authorization"] !== authorization) return true;
      return (await ask())["authorization"] !== authorization;
    },
  };
}

/** What stands before the secret. */
function nameOf({ authorization = "" }: Readonly<Record<string, string>>): string {
  const [name = ""] = authorization.slice("PVEAPIToken=".length).split("=");
  return decodeURIComponent(name);
}

function headersOf(token: string): Record<string, string> {
  if (typeof token !== "string" || !/^[^\s@!=]+@[^\s!=@]+![^\s!=@]+=[\x21-\x7e]+$/.test(token)) {
    throw new PveConfigError(
      "auth.token must look like user@realm!tokenid=secret, as shown once when the token was created (no PVEAPIToken= in front)",
    );
  }
  // PVE percent-decodes the value and ends it at a semicolon.
  const value = token.replace(/[^\x21-\x7e]+|[%;,]/g, encodeURIComponent);
  return { authorization: `PVEAPIToken=${value}` };
}

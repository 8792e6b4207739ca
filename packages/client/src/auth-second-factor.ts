import { loginRefused } from "./auth-login.js";
import type { SecondFactor, Secret } from "./credentials.js";
import { isRecord } from "./encode.js";

const MISSING =
  "this account needs a second factor (TFA); give auth.secondFactor, or use an API token, which needs none";

/**
 * What to send as password for a challenge: `totp:123456`.
 * @throws PveRequestError with kind `authentication` when there is no factor, or none that the account takes
 */
export async function answerChallenge(halfTicket: string, factor: SecondFactor | undefined): Promise<string> {
  if (factor === undefined) throw loginRefused(MISSING, 200);
  const challenge = readChallenge(halfTicket);
  const [kind = "", means] = Object.entries(factor)[0] ?? [];
  const offered = Object.keys(challenge ?? {}).filter((name) => isOffered(challenge?.[name]));
  // A challenge that cannot be read is left to the server to judge.
  if (challenge !== undefined && !offered.includes(kind)) {
    throw loginRefused(`this account has no second factor of kind ${kind}; it takes ${offered.join(", ")}`, 200);
  }
  if ("webauthn" in factor) {
    const assertion = await factor.webauthn(challenge?.["webauthn"]);
    return `webauthn:${typeof assertion === "string" ? assertion : JSON.stringify(assertion)}`;
  }
  return `${kind}:${await ask(means as Secret)}`;
}

/** Text, or what whoever is asked says. */
async function ask(secret: Secret): Promise<string> {
  return (typeof secret === "function" ? await secret() : secret).trim();
}

/** `PVE:!tfa!{"totp"%3Atrue}:6B00FA43::…`: the ways that are open, as JSON without colons. */
function readChallenge(halfTicket: string): Readonly<Record<string, unknown>> | undefined {
  const [, text] = /^[^:]*:!tfa!([^:]*):/.exec(halfTicket) ?? [];
  try {
    const challenge: unknown = JSON.parse(decodeURIComponent(text ?? ""));
    return isRecord(challenge) ? challenge : undefined;
  } catch {
    return undefined;
  }
}

/** Recovery keys come as the list of those that are left. */
function isOffered(way: unknown): boolean {
  return Array.isArray(way) ? way.length > 0 : way !== undefined && way !== null && way !== false;
}

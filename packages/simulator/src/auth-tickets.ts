import { createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Signs and verifies tickets and CSRF tokens. All times are epoch seconds. */
export interface TicketOffice {
  /** `PVE:<user>:<8 hex>::<344 characters>`. */
  ticket(userid: string, now: number): string;
  /** The user a ticket was made out to; `undefined` when it is forged, older than 2 h or from the future. */
  verifyTicket(ticket: string, now: number): string | undefined;
  /** `PVE:!tfa!<challenge>:<8 hex>::<344 characters>`, bound to the user and good for the second step of a login alone. */
  challengeTicket(userid: string, challenge: object, now: number): string;
  verifyChallengeTicket(ticket: string, userid: string, now: number): boolean;
  /** `<8 hex>:<43 characters>`, bound to the user. */
  csrfToken(userid: string, now: number): string;
  verifyCsrfToken(token: string, userid: string, now: number): boolean;
}

const lifetime = 2 * 3600;
const allowedSkew = 300;

/** Opens an office with a key of its own: tickets do not outlive the simulator. */
export function createTicketOffice(): TicketOffice {
  const key = randomBytes(32);
  // As long as an RSA-2048 signature in base64; nobody outside can verify either kind.
  const sign = (text: string): string => Buffer.from(hkdfSync("sha512", key, text, "ticket", 256)).toString("base64");
  const mac = (text: string): string => createHmac("sha256", key).update(text).digest("base64").replace(/=+$/, "");
  const isFresh = (stamp: string, now: number): boolean => {
    const age = now - Number.parseInt(stamp, 16);
    return age < lifetime && age > -allowedSkew;
  };
  const csrfToken = (userid: string, now: number): string => `${stamp(now)}:${mac(`${stamp(now)}:${userid}`)}`;
  return {
    ticket(userid, now) {
      const plain = `PVE:${userid}:${stamp(now)}`;
      return `${plain}::${sign(plain)}`;
    },
    verifyTicket(ticket, now) {
      const [, plain, userid, time, signature] = /^(PVE:([^:]+):([0-9A-F]{8}))::([A-Za-z0-9+/=]+)$/.exec(ticket) ?? [];
      const genuine = plain !== undefined && time !== undefined && sign(plain) === signature;
      return genuine && isFresh(time, now) ? userid : undefined;
    },
    challengeTicket(userid, challenge, now) {
      const plain = `PVE:!tfa!${JSON.stringify(challenge).replaceAll(":", "%3A")}:${stamp(now)}`;
      return `${plain}::${sign(`${plain}:${userid}`)}`;
    },
    verifyChallengeTicket(ticket, userid, now) {
      const [, plain, time, signature] = /^(PVE:!tfa![^:]+:([0-9A-F]{8}))::([A-Za-z0-9+/=]+)$/.exec(ticket) ?? [];
      return time !== undefined && sign(`${plain}:${userid}`) === signature && isFresh(time, now);
    },
    csrfToken,
    verifyCsrfToken(token, userid, now) {
      const [time = "", given] = token.split(":");
      return /^[0-9A-F]{8}$/.test(time) && isFresh(time, now) && given === mac(`${time}:${userid}`);
    },
  };
}

function stamp(now: number): string {
  return Math.floor(now).toString(16).toUpperCase().padStart(8, "0");
}

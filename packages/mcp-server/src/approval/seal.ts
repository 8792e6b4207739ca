import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what travels through somebody else's hands, and marks what must not be forged. */
export interface Sealer {
  /** Encrypts and authenticates a value for one purpose; nobody without the key can read, make or change it. */
  seal(purpose: string, value: unknown): string;
  /** What was sealed for this purpose; undefined for anything else. */
  open(purpose: string, token: string): unknown;
  /** A mark of a text, 96 bits in base64url, that only the key can make. */
  mark(purpose: string, text: string): string;
}

/** Makes a sealer of a key of 32 bytes. Processes with the same key open each other's seals. */
export function createSealer(key: Uint8Array): Sealer {
  return {
    seal(purpose, value) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64url");
    },
    open(purpose, token) {
      try {
        const bytes = Buffer.from(token, "base64url");
        // Base64 may be written in several ways; a seal has one.
        if (bytes.toString("base64url") !== token) return undefined;
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const body = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
        return JSON.parse(body.toString("utf8"));
      } catch {
        return undefined;
      }
    },
    mark: (purpose, text) =>
      createHmac("sha256", key).update(`${purpose}\n${text}`).digest().subarray(0, NONCE_BYTES).toString("base64url"),
  };
}

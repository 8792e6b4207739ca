import { readFile } from "node:fs/promises";
import type { PasswordAuth, PveAuth } from "./credentials.js";
import { PveConfigError } from "./errors.js";

/** An API token in a file; read at the first call, and again when PVE refuses it. */
export interface TokenFileAuth {
  readonly tokenFile: string;
}

/** A login whose password stands in a file; read whenever a login is needed. */
export interface PasswordFileAuth extends Pick<PasswordAuth, "username" | "secondFactor"> {
  readonly passwordFile: string;
}

/** How a client on Node proves who it is. */
export type NodeAuth = PveAuth | TokenFileAuth | PasswordFileAuth;

/** The same credentials, with functions in the place of files. */
export function readSecretFiles(auth: NodeAuth): PveAuth {
  if ("tokenFile" in auth) return { token: () => readSecret(auth.tokenFile, "tokenFile") };
  if (!("passwordFile" in auth)) return auth;
  const { passwordFile, ...rest } = auth;
  return { ...rest, password: () => readSecret(passwordFile, "passwordFile") };
}

/** Its text without the newline that editors put at the end. */
async function readSecret(file: string, name: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new PveConfigError(`auth.${name}: cannot read ${file} (${code})`);
  });
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") throw new PveConfigError(`auth.${name}: ${file} is empty`);
  return secret;
}

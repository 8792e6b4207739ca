import { die } from "../failure.js";

/** How many fields the data of a key has, its type included. */
const fields: Readonly<Record<string, number>> = {
  "ssh-ed25519": 2,
  "ssh-rsa": 3,
  "ecdsa-sha2-nistp256": 3,
  "ecdsa-sha2-nistp384": 3,
  "ecdsa-sha2-nistp521": 3,
  "sk-ssh-ed25519@openssh.com": 3,
  "sk-ecdsa-sha2-nistp256@openssh.com": 4,
};

/** Refuses lines that are no public keys of OpenSSH, as `ssh-keygen -l` would. */
export function assertPublicKeys(text: string): void {
  if (!text.split("\n").every((line) => line.trim() === "" || isPublicKey(line))) {
    die("SSH public key validation error");
  }
}

function isPublicKey(line: string): boolean {
  const parts = line.trim().split(/\s+/);
  return parts.some((type, index) => {
    const found = Object.hasOwn(fields, type) ? fieldsOf(parts[index + 1] ?? "") : undefined;
    return (
      found !== undefined &&
      found.length === fields[type] &&
      found[0]?.toString("latin1") === type &&
      (type !== "ssh-ed25519" || found[1]?.length === 32)
    );
  });
}

/** The length-prefixed fields of a key; nothing when they do not add up. */
function fieldsOf(base64: string): Buffer[] | undefined {
  const data = Buffer.from(base64, "base64");
  const found: Buffer[] = [];
  for (let at = 0; at < data.length; ) {
    const end = at + 4 + (at + 4 <= data.length ? data.readUInt32BE(at) : data.length);
    if (end > data.length) {
      return undefined;
    }
    found.push(data.subarray(at + 4, end));
    at = end;
  }
  return found;
}

const pem = (label: string): string =>
  `-----BEGIN ${label}-----\\s(?:[A-Za-z0-9+/]*={0,2}\\s)*-----END ${label}-----\\s*`;

function pemProblem(shape: RegExp): (value: string) => string | undefined {
  return (value) => (shape.test(value) ? undefined : "not a valid PEM-formatted string.");
}

/** One request of a batch. */
export interface BatchItem {
  readonly method: string;
  readonly path: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** Reads a batch of requests; what is wrong with it is a text. */
export function readBatch(text: string): readonly BatchItem[] | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const place = `at character offset 0 (before "${text}")`;
    return `commands param did not contain valid JSON: malformed JSON string, neither tag, array, object, number, string or atom, ${place} at /usr/share/perl5/PVE/API2/Nodes.pm line 99.`;
  }
  return Array.isArray(parsed) && parsed.every(isItem) ? parsed : "commands is not a valid array of commands";
}

function isItem(value: unknown): value is BatchItem {
  const { method, path, args } = Object(value) as Record<string, unknown>;
  const isRequest = typeof path === "string" && /^(?:GET|POST|PUT|DELETE)$/.test(String(method));
  return isRequest && (args === undefined || (typeof args === "object" && args !== null && !Array.isArray(args)));
}

/** Formats of whole documents. */
export const documentFormats = {
  "pem-certificate-chain": pemProblem(new RegExp(`^(?:[\\s\\S]*?${pem("CERTIFICATE")})+$`)),
  "pem-string": pemProblem(new RegExp(`^[\\s\\S]*?${pem("[^\\n-]+")}$`)),
  "pve-command-batch": (value: string): string | undefined => {
    const read = readBatch(value);
    return typeof read === "string" ? read : undefined;
  },
};

/** What a refusal means for the caller, whatever status PVE wrapped it in. */
export type RefusalKind =
  | "not-found"
  | "exists"
  | "locked"
  | "permission"
  | "authentication"
  | "parameter"
  | "unsupported"
  | "node-unreachable"
  | "conflict"
  | "other";

/** The parts of a refusal that tell its kind. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
  readonly fields: Readonly<Record<string, string>>;
}

const FORBIDDEN =
  /permission check failed|only root (?:can|may)|user != root@pam|permission denied|missing privileges/i;
const LOCKED =
  /\bis locked\b|(?:can't|cannot|could not|unable to) (?:lock file|acquire lock)|got lock (?:request )?timeout|cfs-lock .* error/i;
const CHANGED = /checksum mismatch|detected modified configuration/i;
const EXISTS = /already (?:exist|defined|used|taken|configured)/i;
const MISSING =
  /does(?: not|n't) exist|no such (?!option)|not found|hostname lookup '.*' failed|unable to find|no rule at position|unknown node/i;
const STATE =
  /already (?:running|stopped|paused|suspended)|(?:not|is|still) running|in progress|in use|is used by|not empty|is disabled|protection mode/i;
const UNSUPPORTED =
  /not implemented|not supported|unsupported|not available|does not support|not installed|no QEMU guest agent configured/i;
const MISTAKEN =
  /options specified|no such option|required option|unable to parse|unexpected property|does not look like|invalid (?:format|value)/i;

/** Most refusals of PVE are a plain 500, so the text decides; the order of these is from sure to vague. */
const TEXTS: readonly (readonly [RegExp, RefusalKind])[] = [
  [FORBIDDEN, "permission"],
  [LOCKED, "locked"],
  [CHANGED, "conflict"],
  [EXISTS, "exists"],
  [MISSING, "not-found"],
  [STATE, "conflict"],
  [UNSUPPORTED, "unsupported"],
  [MISTAKEN, "parameter"],
];

/**
 * Reads the kind of a refusal from its status and PVE's texts.
 * @example refusalKind({ status: 500, reason: "storage 'x' does not exist", fields: {} }) // "not-found"
 */
export function refusalKind({ status, reason, fields }: Refusal): RefusalKind {
  if (status === 401) return "authentication";
  if (status === 403) return "permission";
  if (status === 404) return "not-found";
  if (status === 424) return "conflict";
  if (status === 501 || status === 506) return "unsupported";
  if (isUnreachable(status)) return "node-unreachable";
  const texts = [reason, ...Object.values(fields)].join("\n");
  const known = TEXTS.find(([pattern]) => pattern.test(texts));
  if (known !== undefined) return known[1];
  // An exception that PVE wrapped in a string arrives as `500 400 Parameter verification failed.`
  return status === 400 || reason.includes("Parameter verification failed") ? "parameter" : "other";
}

/** Whether the status stems from a proxy or from a node that could not reach another node. */
export function isUnreachable(status: number): boolean {
  return (status >= 502 && status <= 504) || (status >= 595 && status <= 599);
}

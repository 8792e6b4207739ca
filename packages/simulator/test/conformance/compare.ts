import type { Exchange } from "./distil-transcript.js";

/** An answer as the simulator gave it. */
export interface Given {
  readonly status: number;
  readonly reason: string;
  readonly body: string;
}

/** Keys whose values depend on the machine, the moment or chance: only their type is compared. */
const variableKeys = new Set(
  (
    "starttime endtime ctime created time uptime snaptime pid pstart expire-in digest vmgenid mem maxmem disk maxdisk cpu used avail " +
    "available total used_fraction netin netout diskread diskwrite memhost maxcpu freemem free loadavg wait pressurecpusome " +
    "pressurecpufull pressurememorysome pressurememoryfull pressureiosome pressureiofull ssl_fingerprint fingerprint " +
    "cpuinfo kversion pveversion repoid size boot-info current-kernel localtime creation ticket upid port cert user-pid " +
    "notbefore notafter pem subject san next_run next-run uid msg id-hash password tag-style memory-total version"
  ).split(" "),
);

const variableTexts: readonly (readonly [RegExp, string])[] = [
  [/UPID:([\w-]+):[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:/g, "UPID:$1:*:"],
  [/PVE(VNC)?:[^"\s]*::[^"\s]+/g, "<ticket>"],
  [/[0-9A-F]{8}:(<43 base64 chars>|[A-Za-z0-9+/]{43})/g, "<csrf>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<uuid>"],
  [/\b[0-9a-f]{40}\b/g, "<digest>"],
  [/pveupload-[0-9a-f]{32}/g, "pveupload-*"],
  [/<secret>/g, "<uuid>"],
  [/\b([0-9A-F]{2}:){5}[0-9A-F]{2}\b/g, "<mac>"],
  [/\bctime=\d+/g, "ctime=*"],
  [/creation-qemu=[\d.]+/g, "creation-qemu=*"],
  [/\d{4}_\d{2}_\d{2}-\d{2}_\d{2}_\d{2}/g, "<time>"],
  [/\b\d+(\.\d+)? (seconds?|[KMG]i?B\/s|MiB|GiB|KiB|B)\b/g, "<figure> $2"],
  [/\b\d\d:\d\d:\d\d\b/g, "<clock>"],
  [/\bpid \d+/g, "pid *"],
];

/** What differs between a recorded answer and the simulator's, in one line; `undefined` when nothing does. */
export function difference({ response, shortened }: Exchange, given: Given): string | undefined {
  if (!response) {
    return given.status === 0 ? undefined : `answered with ${given.status} ${given.reason}`;
  }
  const status = `${response.status} ${mask(response.reason)}`;
  const mine = `${given.status} ${mask(given.reason)}`;
  if (status !== mine) {
    return `status: want ${status}, got ${mine}`;
  }
  if (shortened) {
    return undefined;
  }
  const [want, got] = [normalText(response.body), normalText(given.body)];
  return want === got ? undefined : `body: want ${want.slice(0, 700)}, got ${got.slice(0, 700)}`;
}

function mask(text: string): string {
  return variableTexts.reduce((masked, [pattern, by]) => masked.replace(pattern, by), text);
}

function normalText(body: string): string {
  try {
    return JSON.stringify(normal(JSON.parse(body)));
  } catch {
    return mask(body);
  }
}

/** Key order, the order of lists whose order is Perl's hash order, and variable parts taken out. */
function normal(value: unknown, key = ""): unknown {
  if (variableKeys.has(key) && value !== null) {
    return `<${Array.isArray(value) ? "array" : typeof value}>`;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item));
    const isOrdered = value.every((item) => typeof item === "object" && item !== null && "n" in item);
    return isOrdered ? items : items.map((item) => JSON.stringify(item)).sort();
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([name, item]) => [mask(name), normal(item, name)] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return typeof value === "string" ? normalScalar(value) : value;
}

/** Comma lists come in hash order as well; several problems of one value come one a line, in any order. */
function normalScalar(text: string): string {
  const masked = mask(text);
  if (/^[\w.-]+(,[\w.-]+)+$/.test(masked)) {
    return masked.split(",").sort().join(",");
  }
  return masked.includes("format error\n") ? masked.split("\n").sort().join("\n") : masked;
}

import { describe, expect, it } from "vitest";
import { PveMcpConfigError, type ServerConfig } from "../src/config.js";
import { readConfig } from "../src/read-config.js";
import type { TargetConfig } from "../src/target-config.js";

const SECRET = "5b1a4c8e-0f3d-4c7e-9a51-6d2f8b7c1e90";
const TOKEN = `assistant@pve!reader=${SECRET}`;
const PRINT = Array.from({ length: 32 }, (_, at) => (at + 160).toString(16).toUpperCase()).join(":");
const good = { PVE_URL: "https://pve1.example", PVE_TOKEN: TOKEN };

const files: Readonly<Record<string, string>> = {
  "/run/secrets/pve": `${TOKEN}\n`,
  "/etc/ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  "/etc/notes.txt": "not a certificate",
};

function read(env: Readonly<Record<string, string | undefined>>, ...argv: string[]): ServerConfig {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  };
  return readConfig({ env, argv, readFile }).config;
}

/** The one target that the environment describes. */
function only(env: Readonly<Record<string, string | undefined>>, ...argv: string[]): TargetConfig {
  const [target, ...others] = read(env, ...argv).targets;
  if (target === undefined || others.length > 0) throw new Error("expected one target");
  return target;
}

function problems(env: Readonly<Record<string, string | undefined>>, ...argv: string[]): readonly string[] {
  try {
    read(env, ...argv);
  } catch (error) {
    if (error instanceof PveMcpConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("a good configuration", () => {
  it("needs an address and a token, and only reads", () => {
    expect(read(good)).toEqual({
      targets: [{ name: "pve", baseUrl: "https://pve1.example:8006", token: TOKEN, allowed: "read" }],
      waitBudget: 45_000,
      exposure: { toolsets: ["default"] },
      gives: {},
      safety: {},
      warnings: [],
    });
  });

  const addresses: [title: string, given: string, want: string][] = [
    ["keeps a written port", "https://pve1:443", "https://pve1:443"],
    ["drops a trailing slash", "https://pve1:8006/", "https://pve1:8006"],
    ["takes an IPv6 address", "https://[fd00::1]", "https://[fd00::1]:8006"],
  ];

  it.each(addresses)("%s", (_title, given, want) => {
    expect(only({ ...good, PVE_URL: given }).baseUrl).toBe(want);
  });

  it("takes the token from a file", () => {
    expect(only({ PVE_URL: good.PVE_URL, PVE_TOKEN_FILE: "/run/secrets/pve" }).token).toBe(TOKEN);
  });

  it("takes a fingerprint with or without colons, in any case", () => {
    const bare = PRINT.replaceAll(":", "").toLowerCase();
    expect(only({ ...good, PVE_FINGERPRINT: bare }).tls).toEqual({ fingerprint256: PRINT });
  });

  it("takes a certificate authority from a file", () => {
    expect(only({ ...good, PVE_CA: "/etc/ca.pem" }).tls).toEqual({ ca: files["/etc/ca.pem"] });
  });

  it("warns when certificates are not checked", () => {
    const insecure = { ...good, PVE_INSECURE: "1" };
    expect(only(insecure).tls).toEqual({ insecure: true });
    expect(read(insecure).warnings).toEqual([expect.stringContaining("PVE_INSECURE=1")]);
  });

  it("checks certificates when PVE_INSECURE is 0", () => {
    expect(only({ ...good, PVE_INSECURE: "0" }).tls).toBeUndefined();
  });

  it("takes an empty variable as not set", () => {
    expect(only({ ...good, PVE_CA: "", PVE_FINGERPRINT: " ", PVE_TOKEN_FILE: "" }).tls).toBeUndefined();
  });

  const levels: [argv: string[], want: string][] = [
    [["--allow", "change"], "change"],
    [["--allow=destroy"], "destroy"],
    [["--allow", "change,destroy"], "destroy"],
    [["--allow", "destroy", "--allow", "change"], "destroy"],
  ];

  it.each(levels)("%j allows up to %s", (argv, want) => {
    expect(only(good, ...argv).allowed).toBe(want);
  });

  it("takes directories for secrets and uploads", () => {
    const { gives } = read({ ...good, PVE_SECRETS_DIR: "/var/lib/pve-mcp", PVE_UPLOAD_DIRS: "/srv/iso:/srv/backup" });
    expect(gives).toEqual({ secretsDir: "/var/lib/pve-mcp", uploadDirs: ["/srv/iso", "/srv/backup"] });
  });

  it("takes how approval is sought, and warns when nobody is asked", () => {
    expect(read(good, "--approval", "client")).toMatchObject({
      safety: { approval: { mode: "client" } },
      warnings: [],
    });
    expect(read(good, "--approval=off").warnings).toEqual([
      expect.stringMatching(/^approval is off: .*without anybody's/),
    ]);
  });

  it("takes the wait in seconds, nought included", () => {
    expect(read(good, "--wait", "0").waitBudget).toBe(0);
    expect(read(good, "--wait=120").waitBudget).toBe(120_000);
  });
});

describe("which tools are listed", () => {
  const cases: [title: string, argv: string[], want: object][] = [
    ["are a choice unless something else is said", [], { toolsets: ["default"] }],
    ["are toolsets by name", ["--toolsets", "vms,ha", "--toolsets=pools"], { toolsets: ["vms", "ha", "pools"] }],
    ["are all", ["--toolsets", "all"], { toolsets: ["all"] }],
    ["are single tools and nothing else", ["--tools", "get_vms"], { toolsets: ["minimal"], tools: ["get_vms"] }],
    [
      "are less what is excluded",
      ["--toolsets", "default", "--tools", "get_pool", "--exclude", "get_vms"],
      { toolsets: ["default"], tools: ["get_pool"], exclude: ["get_vms"] },
    ],
    [
      "come without the schemas of answers on request",
      ["--output-schemas", "off"],
      { toolsets: ["default"], withoutOutputSchemas: true },
    ],
  ];

  it.each(cases)("%s", (_title, argv, want) => {
    expect(read(good, ...argv)).toMatchObject({ exposure: want });
  });

  it("have output schemas, or have not", () => {
    expect(problems(good, "--output-schemas", "maybe")).toEqual([expect.stringContaining("Use on or off")]);
  });
});

describe("a bad configuration", () => {
  const refused: [title: string, env: Record<string, string>, argv: string[], want: RegExp[]][] = [
    ["a missing address", { PVE_TOKEN: TOKEN }, [], [/PVE_URL is not set.*https:\/\//]],
    ["a missing token", { PVE_URL: good.PVE_URL }, [], [/PVE_TOKEN is not set.*pveum user token add/]],
    ["plain http", { ...good, PVE_URL: "http://pve1:8006" }, [], [/http:\/\/pve1:8006.*https only/]],
    ["a bare host name", { ...good, PVE_URL: "pve1" }, [], [/"pve1".*not an https address/]],
    [
      "an address nobody can read",
      { ...good, PVE_URL: "https://pve1:eighty" },
      [],
      [/https:\/\/pve1:eighty.*cannot be read/],
    ],
    [
      "a path behind the port",
      { ...good, PVE_URL: "https://pve1:8006/api2/json" },
      [],
      [/leave out everything behind the port/],
    ],
    ["a token without a secret", { ...good, PVE_TOKEN: "assistant@pve!reader" }, [], [/PVE_TOKEN has no "="/]],
    ["a password in place of a token", { ...good, PVE_TOKEN: "root@pam=hunter2" }, [], [/PVE_TOKEN names no token/]],
    ["a token of no user", { ...good, PVE_TOKEN: `reader!x=${SECRET}` }, [], [/does not begin with user@realm/]],
    ["a header line", { ...good, PVE_TOKEN: `PVEAPIToken=${TOKEN}` }, [], [/Leave out the leading PVEAPIToken=/]],
    ["a secret that is none", { ...good, PVE_TOKEN: "assistant@pve!reader=hunter2" }, [], [/not a token secret/]],
    [
      "a token file that is not there",
      { PVE_URL: good.PVE_URL, PVE_TOKEN_FILE: "/nowhere" },
      [],
      [/PVE_TOKEN_FILE names "\/nowhere"/],
    ],
    [
      "a token file with something else in it",
      { PVE_URL: good.PVE_URL, PVE_TOKEN_FILE: "/etc/notes.txt" },
      [],
      [/token in PVE_TOKEN_FILE has no "="/],
    ],
    ["two tokens", { ...good, PVE_TOKEN_FILE: "/run/secrets/pve" }, [], [/PVE_TOKEN and PVE_TOKEN_FILE are both set/]],
    [
      "a SHA-1 fingerprint",
      { ...good, PVE_FINGERPRINT: PRINT.slice(0, 59) },
      [],
      [/PVE_FINGERPRINT.*SHA-1.*pvenode cert info/],
    ],
    ["a fingerprint that is none", { ...good, PVE_FINGERPRINT: "AA:BB" }, [], [/PVE_FINGERPRINT is "AA:BB"/]],
    [
      "a CA file that is not there",
      { ...good, PVE_CA: "/nowhere.pem" },
      [],
      [/PVE_CA names "\/nowhere.pem".*pve-root-ca/],
    ],
    ["a CA file without a certificate", { ...good, PVE_CA: "/etc/notes.txt" }, [], [/holds no PEM certificate/]],
    [
      "two ways to judge a certificate",
      { ...good, PVE_FINGERPRINT: PRINT, PVE_INSECURE: "1" },
      [],
      [/PVE_FINGERPRINT and PVE_INSECURE.*Keep one/],
    ],
    ["a word for PVE_INSECURE", { ...good, PVE_INSECURE: "yes" }, [], [/PVE_INSECURE is "yes"/]],
    ["an unknown level", good, ["--allow", "everything"], [/--allow "everything".*--allow change or --allow destroy/]],
    ["--allow without a level", good, ["--allow", "--wait", "5"], [/--allow needs a value/]],
    ["a wait that is no number", good, ["--wait", "soon"], [/--wait "soon"/]],
    ["a wait of two days", good, ["--wait", "172800"], [/--wait "172800".*86400/]],
    [
      "an unknown flag",
      good,
      ["--port", "80"],
      [/--port is not a flag.*--allow, --approval, --wait, --config, .*--help, --version/, /Word 2/],
    ],
    ["a value where none belongs", {}, ["--help=yes"], [/--help takes no value/, /PVE_URL/, /PVE_TOKEN/]],
  ];

  it.each(refused)("refuses %s", (_title, env, argv, want) => {
    expect(problems(env, ...argv)).toEqual(want.map((pattern) => expect.stringMatching(pattern)));
  });

  it("names all problems at once", () => {
    expect(problems({ PVE_INSECURE: "maybe" }, "--wait", "x", "--fast")).toHaveLength(5);
  });

  it("shows no secret, whatever is wrong with it", () => {
    const attempts = [
      problems({ ...good, PVE_TOKEN: `assistant@pve:reader=${SECRET}` }),
      problems({ ...good, PVE_TOKEN: `${TOKEN}x` }),
      problems({ ...good, PVE_URL: `https://root:${SECRET}@pve1` }),
      problems(good, "--token", TOKEN),
      problems(good, `--token=${TOKEN}`),
      problems(good, TOKEN),
    ];
    expect(attempts.every((found) => found.length > 0)).toBe(true);
    expect(attempts.flat().join("\n")).not.toContain(SECRET);
  });
});

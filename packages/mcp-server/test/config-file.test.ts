import { describe, expect, it } from "vitest";
import { type Loaded, PveMcpConfigError } from "../src/config.js";
import { readConfig } from "../src/read-config.js";

const SECRET = "5b1a4c8e-0f3d-4c7e-9a51-6d2f8b7c1e90";
const TOKEN = `assistant@pve!reader=${SECRET}`;
const PRINT = Array.from({ length: 32 }, (_, at) => (at + 160).toString(16).toUpperCase()).join(":");
const good = { PVE_URL: "https://pve1.example", PVE_TOKEN: TOKEN };

const files: Readonly<Record<string, string>> = {
  "/run/secrets/pve": `${TOKEN}\n`,
  "/etc/ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  "/etc/notes.txt": "not a certificate",
  "/run/secrets/rules.yaml": '{"default": "approve"}',
};

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof PveMcpConfigError) return error.problems;
    throw error;
  }
  return [];
}

function namedProblems(file: string): readonly string[] {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error("ENOENT");
    return text;
  };
  return problemsOf(() => readConfig({ env: good, argv: ["--config", file], readFile, parseYaml: JSON.parse }));
}

describe("a configuration file", () => {
  const two = {
    targets: [
      { name: "home", url: "https://home.example", token: TOKEN, fingerprint: PRINT },
      { name: "work", url: "https://work.example:443", token_file: "pve", ca_file: "/etc/ca.pem", allow: "change" },
    ],
    wait: 20,
  };

  function fromFile(content: unknown, env: Readonly<Record<string, string>> = {}, ...argv: string[]): Loaded {
    const readFile = (path: string): string => {
      const text = path === "/run/secrets/mcp.yaml" ? JSON.stringify(content) : files[path];
      if (text === undefined) throw new Error("ENOENT");
      return text;
    };
    return readConfig({ env, argv: ["--config", "/run/secrets/mcp.yaml", ...argv], readFile, parseYaml: JSON.parse });
  }

  function fileProblems(content: unknown, env: Readonly<Record<string, string>> = {}): readonly string[] {
    return problemsOf(() => fromFile(content, env));
  }

  it("names several targets, each with its own trust and reach", () => {
    expect(fromFile(two)).toMatchObject({
      config: {
        targets: [
          {
            name: "home",
            baseUrl: "https://home.example:8006",
            token: TOKEN,
            tls: { fingerprint256: PRINT },
            allowed: "read",
          },
          {
            name: "work",
            baseUrl: "https://work.example:443",
            token: TOKEN,
            tls: { ca: files["/etc/ca.pem"] },
            allowed: "change",
          },
        ],
        waitBudget: 20_000,
      },
    });
  });

  it("gives way to the flags", () => {
    expect(fromFile(two, {}, "--allow", "destroy", "--wait", "5")).toMatchObject({
      config: { targets: [{ allowed: "destroy" }, { allowed: "destroy" }], waitBudget: 5_000 },
    });
    expect(fromFile(two, {}, "--allow", "read")).toMatchObject({
      config: { targets: [{ allowed: "read" }, { allowed: "read" }] },
    });
  });

  it("may name a target's release", () => {
    const [home] = two.targets;
    expect(fromFile({ targets: [{ ...home, release: "8.4" }] })).toMatchObject({
      config: { targets: [{ release: "8.4" }] },
    });
    expect(fileProblems({ targets: [{ ...home, release: "eight" }] })).toEqual([
      expect.stringContaining('"eight" is no release'),
    ]);
    expect(fileProblems({ targets: [{ ...home, release: 8.4 }] })).toEqual([
      expect.stringContaining("write it as text"),
    ]);
  });

  it("chooses which tools are listed, and gives way to the flags", () => {
    const tools = { toolsets: ["ha"], exclude: ["get_ha_status"], output_schemas: false };
    const listed = { exclude: ["get_ha_status"], withoutOutputSchemas: true };
    expect(fromFile({ ...two, tools })).toMatchObject({ config: { exposure: { toolsets: ["ha"], ...listed } } });
    const exposure = { toolsets: ["vms"], ...listed };
    expect(fromFile({ ...two, tools }, {}, "--toolsets", "vms")).toMatchObject({ config: { exposure } });
    expect(fileProblems({ ...two, tools: { toolset: ["ha"] } })).toEqual([expect.stringContaining("toolset")]);
  });

  it("without targets leaves the environment's", () => {
    expect(fromFile({ wait: 3 }, good)).toMatchObject({ config: { targets: [{ name: "pve" }], waitBudget: 3_000 } });
  });

  it("names directories and joining nodes, paths taken from its own folder", () => {
    const joining = { name: "pve4", url: "https://10.0.0.4", password_file: "a", cluster_password_file: "/etc/b" };
    expect(fromFile({ secrets_dir: "secrets", upload_dirs: ["/srv"], joining: [joining] }, good)).toMatchObject({
      config: {
        gives: {
          secretsDir: "/run/secrets/secrets",
          uploadDirs: ["/srv"],
          joining: [
            {
              name: "pve4",
              baseUrl: "https://10.0.0.4:8006",
              passwordFile: "/run/secrets/a",
              clusterPasswordFile: "/etc/b",
            },
          ],
        },
      },
    });
  });

  it("holds rules for all targets and for one, and says who approves", () => {
    const rules = [{ effect: "deny", vmid: ["100-199", 300], time: { hours: "08:00-18:00", zone: "UTC" } }];
    const [home, work] = two.targets;
    const content = {
      targets: [home, { ...work, policy: { default: "deny" } }],
      policy: { protect: [{ tag: "prod" }], rules },
      approval: { mode: "operator", directory: "approvals", expires: 600 },
    };
    expect(fromFile(content).config).toMatchObject({
      targets: [{ name: "home" }, { name: "work", policy: { source: "targets.work.policy", otherwise: "deny" } }],
      safety: {
        policy: { source: "policy", protect: [{ when: { tag: ["prod"] } }], rules: [{ effect: "deny" }] },
        approval: { mode: "operator", directory: "/run/secrets/approvals", expires: 600_000 },
      },
    });
  });

  it("names a file with rules", () => {
    expect(fromFile({ ...two, policy_file: "rules.yaml" }).config).toMatchObject({
      safety: { policy: { source: "rules.yaml", otherwise: "approve" } },
    });
  });

  const refused: [title: string, content: unknown, want: RegExp][] = [
    ["an unknown key", { taregts: [] }, /mcp\.yaml: .*taregts/],
    [
      "a target without a token",
      { targets: [{ name: "a", url: "https://a" }] },
      /targets\.0: needs one of token and token_file/,
    ],
    [
      "a token file that is not there",
      { targets: [{ name: "a", url: "https://a", token_file: "no" }] },
      /targets\.a\.token_file names "no"/,
    ],
    ["two targets of one name", { targets: [two.targets[0], two.targets[0]] }, /two targets have the same name/],
    [
      "a target by http",
      { targets: [{ ...two.targets[0], url: "http://a" }] },
      /targets\.0\.url: url is "http:\/\/a".*https only/,
    ],
    ["rules in two places", { policy: {}, policy_file: "rules.yaml" }, /policy and policy_file are both given/],
    ["a file with rules that is not there", { policy_file: "no.yaml" }, /policy_file names "no.yaml"/],
    [
      "a rule that is none",
      { policy: { rules: [{ effect: "deny", vmid: "x" }] } },
      /policy\.rules\.0\.vmid\.0: "x" is no VMID/,
    ],
    ["an operator without a place", { approval: { mode: "operator" } }, /approval: mode operator needs a directory/],
    ["a wait below nought", { wait: -1 }, /wait/],
  ];

  it.each(refused)("refuses %s", (_title, content, want) => {
    expect(fileProblems(content)).toEqual([expect.stringMatching(want)]);
  });

  it("is not mixed with a target of the environment", () => {
    expect(fileProblems(two, good)).toEqual([
      expect.stringMatching(/^PVE_URL is set/),
      expect.stringMatching(/^PVE_TOKEN is set/),
    ]);
  });

  it("shows no secret, whatever is wrong with it", () => {
    const broken = fileProblems({ targets: [{ ...two.targets[0], token: `${TOKEN}x`, colour: SECRET }] });
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.join("\n")).not.toContain(SECRET);
  });

  it("is named when it cannot be read or is no YAML", () => {
    expect(namedProblems("/nowhere.yaml")).toEqual([expect.stringMatching(/"\/nowhere.yaml" cannot be read/)]);
    expect(namedProblems("/etc/notes.txt")).toEqual([expect.stringMatching(/notes.txt" is not valid YAML/)]);
  });
});

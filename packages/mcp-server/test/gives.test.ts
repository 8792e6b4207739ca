import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@pve/client/node";
import { createSimulator } from "@pve/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localCaller } from "../src/caller.js";
import { connectTargets } from "../src/connect.js";
import { givesOf } from "../src/gives/gives.js";
import { connect } from "./session.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pve-mcp-"));
});

afterEach(() => rm(folder, { recursive: true }));

describe("a secret that PVE shows once", () => {
  it("goes into a file that only its owner can read, and never to the model", async () => {
    const secretsDir = path.join(folder, "secrets");
    await using session = await connect({ allowed: "change", gives: givesOf({ secretsDir }) });
    const made = await session.callTool("create_api_token", { userid: "root@pam", tokenid: "ci" });

    const [file = ""] = await readdir(secretsDir);
    const place = path.join(secretsDir, file);
    expect(made.data["secret_saved_to"]).toBe(place);
    const text = await readFile(place, "utf8");
    expect(text).toMatch(/^root@pam!ci=[0-9a-f-]{36}\n$/);
    expect((await stat(place)).mode & 0o777).toBe(0o600);
    expect((await stat(secretsDir)).mode & 0o777).toBe(0o700);
    const secret = text.trim().split("=")[1] ?? "";
    expect(session.written.join("\n")).not.toContain(secret);
  });

  it("is not asked for where no directory is configured", async () => {
    await using session = await connect({ allowed: "change" });
    const refused = await session.callTool("create_api_token", { userid: "root@pam", tokenid: "ci" });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("directory for secrets") });
    expect(session.pve.requests()).toEqual([]);
  });

  it("is revoked again when it cannot be written down", async () => {
    await writeFile(path.join(folder, "taken"), "");
    await using session = await connect({
      allowed: "change",
      gives: givesOf({ secretsDir: path.join(folder, "taken") }),
    });
    const refused = await session.callTool("create_api_token", { userid: "root@pam", tokenid: "ci" });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("taken back") });
    const left = await session.callTool("list_api_tokens", { userid: "root@pam" });
    expect(left.text).not.toContain("ci");
  });
});

describe("uploading a file", () => {
  const name = "vzdump-lxc-200-2026_11_01-00_00_00.tar.zst";

  async function prepared() {
    const uploads = path.join(folder, "uploads");
    await mkdir(uploads);
    await writeFile(path.join(uploads, name), "an archive");
    await writeFile(path.join(folder, name), "not meant to leave");
    await symlink(path.join(folder, name), path.join(uploads, `link-${name}`));
    const pve = createSimulator({ seed: "three-nodes", clock: { speed: 50 } });
    const listening = await pve.listen();
    const client = createClient({
      baseUrl: listening.url,
      auth: { token: pve.credentials.token },
      tls: { fingerprint256: listening.fingerprint256 },
    });
    return { pve, client, listening, gives: givesOf({ uploadDirs: [uploads] }) };
  }

  it("sends what lies in a directory for uploads, over a real connection", async () => {
    const { pve, client, listening, gives } = await prepared();
    await using session = await connect({ allowed: "change", pve, client, gives });
    const sent = await session.callTool("upload_backup", { storage: "local", file_path: name, node_name: "pve1" });
    expect(sent).toMatchObject({ isError: false, data: { volid: `local:vztmpl/${name}`, task: "finished" } });
    await listening.close();
  });

  it.each([
    ["outside of it", `../${name}`],
    ["that a link leads out to", `link-${name}`],
    ["that is not there", `no-${name}`],
  ])("sends no file %s", async (_title, file) => {
    const { pve, client, listening, gives } = await prepared();
    await using session = await connect({ allowed: "change", pve, client, gives });
    const refused = await session.callTool("upload_backup", { storage: "local", file_path: file, node_name: "pve1" });
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("may be uploaded") });
    expect(pve.requests().filter(({ method }) => method !== "GET")).toEqual([]);
    await listening.close();
  });
});

describe("installing updates", () => {
  it("opens the upgrade terminal as root@pam with the password of a file, over a real connection", async () => {
    const pve = createSimulator({ seed: "three-nodes", clock: { speed: 50 } });
    const listening = await pve.listen();
    const rootPasswordFile = path.join(folder, "root.password");
    await writeFile(rootPasswordFile, `${pve.credentials.password}\n`);
    const { targets } = await connectTargets({
      targets: [
        {
          name: "pve",
          baseUrl: listening.url,
          token: pve.credentials.token,
          tls: { fingerprint256: listening.fingerprint256 },
          allowed: "destroy",
          rootPasswordFile,
        },
      ],
      gives: {},
    });
    const [target] = targets;
    if (target === undefined) throw new Error("expected a target");
    const client = target.clientFor(localCaller);
    await using session = await connect({
      allowed: "destroy",
      pve,
      client,
      gives: target.gives ?? {},
      // The clock runs fifty times as fast as ours: a busy machine has to have its time.
      waitBudget: 3_600_000,
    });
    const done = await session.callTool("apply_node_updates", { node_name: "pve1" });
    expect(done).toMatchObject({ isError: false, data: { installed: true, task: "finished" } });
    expect(session.written.join("\n")).not.toContain(pve.credentials.password);
    const left = await session.callTool("get_node_apt_updates", { node_name: "pve1" });
    expect(left.data).toMatchObject({ total: 0 });
    await listening.close();
  });
});

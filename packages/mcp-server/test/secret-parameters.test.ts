import { findOperation, operationRoutes } from "@pve/tools";
import { expect, it } from "vitest";
import { isSecretParameter } from "../src/policy/secret-parameters.js";

const SOUNDS_SECRET = /pass|secret|key|token|private|ticket|credential|header|keyring/i;

/** What sounds like a secret and is none, and why. */
const NO_SECRET: Readonly<Record<string, string>> = {
  certkey: "the path of a file on the node",
  "config-keys": "names of Ceph settings",
  "generate-password": "whether to make one",
  key: "a key of the keyboard",
  keyboard: "a keyboard's layout",
  "lock-token": "marks who holds the lock of the SDN configuration; it opens nothing",
  public_key: "public",
  "ssh-public-keys": "public",
  sshkeys: "public keys",
  "token-coefficient": "a timeout of corosync",
  tokenid: "a token's name",
  tokens: "names of tokens",
};

it("every parameter of every operation that sounds like a secret is kept back as one, or is known to be none", async () => {
  const tools = await Promise.all((await operationRoutes()).map(findOperation));
  const open = tools.flatMap((tool) =>
    Object.keys(tool?.inputSchema.properties ?? {})
      .filter((name) => SOUNDS_SECRET.test(name))
      .filter((name) => tool !== undefined && !isSecretParameter(tool.name, name))
      .map((name) => ({ route: tool?.name ?? "", name })),
  );
  const unexplained = open.filter(
    ({ route, name }) => !(name in NO_SECRET) || (name === "key" && !route.endsWith("/sendkey")),
  );
  expect(unexplained).toEqual([]);
  // An exception that nothing needs any longer is none.
  expect(Object.keys(NO_SECRET).filter((name) => !open.some((one) => one.name === name))).toEqual([]);
});

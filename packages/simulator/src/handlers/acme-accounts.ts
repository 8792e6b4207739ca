import { die, invalid } from "../failure.js";
import type { Call, Handler, Handlers, TaskStep } from "../handler.js";
import type { AcmeAccount } from "../world-acme.js";
import { list, text } from "./guest-call.js";

/** The authorities PVE knows by name, which are also the ones that answer in the simulator. */
export const directories: readonly { readonly name: string; readonly url: string }[] = [
  { name: "Let's Encrypt V2", url: "https://acme-v02.api.letsencrypt.org/directory" },
  { name: "Let's Encrypt V2 Staging", url: "https://acme-staging-v02.api.letsencrypt.org/directory" },
];

/** Where an authority has its terms of service; undefined for one that does not answer. */
export function termsOf(directory: string): string | undefined {
  const known = directories.some(({ url }) => url === directory);
  return known ? "https://letsencrypt.org/documents/LE-SA-v1.5-February-24-2025.pdf" : undefined;
}

function nameOf(call: Call): string {
  return text(call, "name") ?? "default";
}

function accountOf(call: Call): AcmeAccount {
  const name = nameOf(call);
  const account = call.world.acme.accounts.get(name);
  return account ?? invalid({ name: `ACME account config file '${name}' does not exist.` });
}

function start(call: Call, deed: string, work: () => Generator<TaskStep, void, void>): string {
  return call.startTask({ node: call.world.entry, type: `acme${deed}`, id: "", work });
}

const register: Handler = (call) => {
  const name = nameOf(call);
  const { accounts } = call.world.acme;
  if (accounts.has(name)) {
    invalid({ name: `ACME account config file '${name}' already exists.` });
  }
  const directory = text(call, "directory") ?? directories[0]?.url ?? "";
  const tos = text(call, "tos_url");
  return start(call, "register", function* () {
    if (accounts.has(name)) {
      die(`ACME account config file '${name}' already exists.`);
    }
    yield { ms: 300, log: "Generating ACME account key.." };
    yield { ms: 500, log: "Registering ACME account.." };
    if (termsOf(directory) === undefined) {
      die(`Registration failed: Error: GET to ${directory}`);
    }
    const location = `${directory.replace(/directory$/, "acme/acct/")}${100_000 + call.world.random.integer(900_000)}`;
    const contact = list(call, "contact").map((address) => `mailto:${address}`);
    const said = tos === undefined ? {} : { tos };
    accounts.set(name, { contact, directory, location, created: call.now(), status: "valid", ...said });
    call.world.acmeAccounts.add(name);
    yield { log: `Registration successful, account URL: '${location}'` };
  });
};

const update: Handler = (call) => {
  const account = accountOf(call);
  const contact = text(call, "contact");
  return start(call, contact === undefined ? "refresh" : "update", function* () {
    yield { ms: 500 };
    if (contact !== undefined) {
      const changed = list(call, "contact").map((address) => `mailto:${address}`);
      call.world.acme.accounts.set(nameOf(call), { ...account, contact: changed });
    }
  });
};

/** A deactivated account cannot be used again; its file is put aside under another name. */
const deactivate: Handler = (call) => {
  accountOf(call);
  const name = nameOf(call);
  return start(call, "deactivate", function* () {
    yield { ms: 500 };
    yield {
      log: `Renaming account file from '/etc/pve/priv/acme/${name}' to '/etc/pve/priv/acme/_deactivated_${name}_0'`,
    };
    call.world.acme.accounts.delete(name);
    call.world.acmeAccounts.delete(name);
  });
};

const read: Handler = (call) => {
  const { contact, directory, location, tos, created, status } = accountOf(call);
  const createdAt = new Date(created * 1000).toISOString().replace(".000Z", "Z");
  return { account: { status, contact, createdAt }, directory, location, ...(tos === undefined ? {} : { tos }) };
};

/** Accounts with certificate authorities; changes are tasks. */
export const acmeAccountHandlers: Handlers = {
  "GET /cluster/acme/account": (call) => [...call.world.acme.accounts.keys()].map((name) => ({ name })),
  "POST /cluster/acme/account": register,
  "GET /cluster/acme/account/{name}": read,
  "PUT /cluster/acme/account/{name}": update,
  "DELETE /cluster/acme/account/{name}": deactivate,
};

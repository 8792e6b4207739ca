import { homedir } from "node:os";
import path from "node:path";
import { PveConnectionError } from "@pve/client";
import { type Command, type CommandInput, EXIT } from "../command.js";
import { readFlags } from "../flags.js";
import { clientSnippets } from "../init/client-snippets.js";
import { writeSetup } from "../init/write-setup.js";
import { cleanText } from "../render.js";
import { type Checked, checkToken, checkUrl, TARGET_NAME } from "../settings.js";

const PATIENCE = 10_000;
const TRIES = 3;

/** `pve-mcp init`: asks for what the server needs, shows the certificate, and writes the files. */
export const init: Command = {
  usage: `pve-mcp init: set up a configuration, by asking.

Usage: pve-mcp init [--dir <folder>] [--name <target>]

Asks for the address, shows the fingerprint of the certificate found there to be compared with what "pvenode cert info"
says on the node, asks for the API token, and writes pve-mcp.yaml and the token's file (0600) into the folder
(~/.config/pve-mcp unless given). Files that exist are not touched. Prints what the common MCP clients want to know.
`,
  async run(input) {
    const { own, problems } = readFlags(input.argv, {
      valued: { "--dir": "a folder, such as --dir ~/.config/pve-mcp", "--name": "a word, such as --name home" },
      settings: [],
    });
    const name = own["--name"]?.at(-1) ?? "pve";
    const wrong = [...problems, ...(TARGET_NAME.test(name) ? [] : [`--name takes letters, digits, dots, dashes.`])];
    for (const problem of wrong) input.err(`pve-mcp init: ${problem}\n`);
    if (wrong.length > 0) return EXIT.usage;
    const directory = path.resolve(own["--dir"]?.at(-1) ?? path.join(homedir(), ".config", "pve-mcp"));
    const url = await asked(input, "Address of a node, such as https://pve1.example:8006: ", (text) =>
      checkUrl("The address", text),
    );
    if (url === undefined) return EXIT.usage;
    const trust = await askTrust(input, url);
    if (typeof trust === "number") return trust;
    const token = await asked(
      input,
      "API token, user@realm!tokenid=secret (not shown): ",
      (text) => checkToken("The token", text),
      true,
    );
    if (token === undefined) return EXIT.usage;
    try {
      const { configFile, tokenFile } = await writeSetup({ directory, name, url, ...trust, token });
      input.err(
        `\nWritten: ${configFile} and ${tokenFile}. The server reads only; change allow in the file for more.\n`,
      );
      input.err(`Check it with: pve-mcp doctor --config ${configFile}\n\n`);
      input.out(snippetText(configFile));
      return EXIT.done;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      const why = code === "EEXIST" ? "a file of that name is there already; remove it, or name another --dir" : code;
      input.err(`pve-mcp init: nothing was changed in ${directory}: ${why}\n`);
      return EXIT.failed;
    }
  },
};

/** Asks until the answer is of use, a few times. */
async function asked<T>(
  { ask, err }: CommandInput,
  question: string,
  check: (text: string) => Checked<T>,
  secret = false,
): Promise<T | undefined> {
  for (let left = TRIES; left > 0; left -= 1) {
    const answer = (await ask(question, secret ? { secret } : {})).trim();
    const { value, problem } = check(answer);
    if (problem === undefined) return value;
    err(`${problem}\n`);
  }
  return undefined;
}

/** The fingerprint to pin, once a person has compared it; none where the system trusts the certificate anyway. */
async function askTrust(
  { ask, err }: CommandInput,
  url: string,
): Promise<{ readonly fingerprint: string | undefined } | number> {
  const { readCertificate } = await import("@pve/client/node");
  const { hostname, port } = new URL(url);
  try {
    const shown = await readCertificate(hostname.replace(/^\[(.*)\]$/, "$1"), Number(port || 443), PATIENCE);
    // Whoever answers there has written the names.
    const names = cleanText(`${shown.subject}, issued by ${shown.issuer}`).replaceAll(/\s+/g, " ");
    err(`\nThe certificate shown there:\n  ${shown.fingerprint256}\n  ${names}\n`);
    if (shown.trusted) {
      err("This system trusts its authority, so it is not pinned.\n");
      return { fingerprint: undefined };
    }
    err('Compare it with what "pvenode cert info" says on the node (pveproxy-ssl.pem, or else pve-ssl.pem).\n');
    const answer = await ask("Is it the same? yes/no: ");
    if (/^y(es)?$/i.test(answer.trim())) return { fingerprint: shown.fingerprint256 };
    err("Then another machine may be answering there. Nothing was written.\n");
    return EXIT.refused;
  } catch (error) {
    if (!(error instanceof PveConnectionError)) throw error;
    err(`pve-mcp init: ${error.message}\n`);
    return EXIT.unreachable;
  }
}

function snippetText(configFile: string): string {
  return clientSnippets(configFile)
    .map(({ client, place, text }) => `# ${client} (${place})\n${text}\n`)
    .join("\n");
}

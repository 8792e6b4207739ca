import { type Command, EXIT } from "../command.js";
import { readFlags } from "../flags.js";
import { hashToken, makeToken } from "../http/bearer-token.js";

/** `pve-mcp token`: the token goes to stdout and nowhere else; the configuration only ever holds its hash. */
export const token: Command = {
  usage: `pve-mcp token: make a bearer token for a caller of the HTTP server.

Usage: pve-mcp token <name>

The token is printed once, on stdout; give it to the caller. The lines for the configuration file, on stderr, hold its
hash and not the token.
`,
  async run({ argv, out, err }) {
    const { words, problems } = readFlags(argv, { words: 1, settings: [] });
    const [name] = words;
    for (const problem of problems) err(`pve-mcp token: ${problem}\n`);
    if (problems.length > 0) return EXIT.usage;
    if (name === undefined || !/^[A-Za-z0-9][\w.@-]*$/.test(name)) {
      err("pve-mcp token needs the caller's name: letters, digits, dots, dashes, such as pve-mcp token alice.\n");
      return EXIT.usage;
    }
    const made = makeToken();
    out(`${made}\n`);
    err(`http:\n  callers:\n    - id: ${name}\n      token: ${hashToken(made)}\n      reach: read\n`);
    return EXIT.done;
  },
};

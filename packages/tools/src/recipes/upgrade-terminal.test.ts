import { describe, expect, it } from "vitest";
import { type Transcript, upgradeIn } from "./upgrade-terminal.js";

/** Plays pieces of output to the reader, and tells what was typed and what was written down. */
async function play(pieces: readonly string[]) {
  const typed: string[] = [];
  const shown: string[] = [];
  const transcript: Transcript = { lines: [], current: "", kept: [] };
  const terminal = {
    node: "pve1",
    upid: "",
    write: async (text: string): Promise<void> => {
      typed.push(text);
    },
    async *[Symbol.asyncIterator]() {
      for (const piece of pieces) yield new TextEncoder().encode(piece);
    },
  };
  await upgradeIn(terminal, transcript, (line) => shown.push(line));
  return { typed, shown, ...transcript };
}

const conffile =
  "Configuration file '/etc/issue'\r\n ==> Modified (by you or by a script) since installation.\r\n" +
  "*** issue (Y/I/N/O/D/Z) [default=N] ? ";

describe("an upgrade", () => {
  const cases: [title: string, pieces: string[], typed: string[]][] = [
    ["is told to go on", ["Calculating upgrade... Done\r\nDo you want to con", "tinue? [Y/n] "], ["y\r"]],
    ["keeps the local version of a configuration file", [conffile], ["\r"]],
    ["ends the shell it leaves behind", ["\r\nstarting shell\r\n\u001b[?2004hroot@pve1:~# "], ["exit\r"]],
    ["does not take a prompt before the end for that shell", ["root@pve1:~# "], []],
    ["leaves any other question to a person", ["Which services should be restarted? "], []],
    ["answers a question once", ["Do you want to continue? [Y/n] ", "y\r\nSetting up"], ["y\r"]],
  ];

  it.each(cases)("%s", async (_title, pieces, typed) => {
    expect((await play(pieces)).typed).toEqual(typed);
  });

  it("names the file whose local version was kept", async () => {
    expect((await play([conffile])).kept).toEqual(["'/etc/issue'"]);
  });

  it("is shown line by line, without colours and what was written over", async () => {
    const { shown } = await play(["\u001b[33mUnpacking\u001b[0m a\r\n  10%\r 100%\r\n"]);

    expect(shown).toEqual(["Unpacking a", " 100%"]);
  });
});

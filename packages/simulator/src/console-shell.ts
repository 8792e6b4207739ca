/** A shell on one end of a terminal; the other end types into it. */
export interface Shell {
  /** What to show first. */
  readonly greeting: string;
  /** Takes what was typed and says what to show; `done` when the shell has ended. */
  type(input: string): { readonly output: string; readonly done: boolean };
}

/** Where a shell runs. */
export interface ShellPlace {
  readonly hostname: string;
  /** Epoch seconds since when the machine runs. */
  readonly since: number;
  /** Epoch seconds. */
  readonly now: () => number;
}

/** A tiny shell: it echoes what is typed, and knows `echo`, `hostname`, `uptime` and `exit`. */
export function createShell(place: ShellPlace): Shell {
  const prompt = `root@${place.hostname}:~# `;
  let line = "";
  const key = (letter: string): string | undefined => {
    switch (letter) {
      case "\r":
      case "\n": {
        const command = line.trim();
        line = "";
        const output = run(command, place);
        return output === undefined ? undefined : `\r\n${output}${prompt}`;
      }
      case "\u007f":
      case "\b": {
        const had = line.length > 0;
        line = line.slice(0, -1);
        return had ? "\b \b" : "";
      }
      case "\u0003":
        line = "";
        return `^C\r\n${prompt}`;
      case "\u0004":
        return line === "" ? undefined : "";
      default:
        line += letter;
        return letter;
    }
  };
  return {
    greeting: prompt,
    type(input) {
      let output = "";
      for (const letter of input) {
        const shown = key(letter);
        if (shown === undefined) {
          return { output: `${output}\r\nlogout\r\n`, done: true };
        }
        output += shown;
      }
      return { output, done: false };
    },
  };
}

/** What a command prints; `undefined` when it ends the shell. */
function run(command: string, place: ShellPlace): string | undefined {
  const [name = "", ...args] = command.split(/\s+/);
  switch (name) {
    case "":
      return "";
    case "exit":
    case "logout":
      return undefined;
    case "echo":
      return `${args.join(" ")}\r\n`;
    case "hostname":
      return `${place.hostname}\r\n`;
    case "uptime":
      return `${uptime(place)}\r\n`;
    default:
      return `-bash: ${name}: command not found\r\n`;
  }
}

function uptime({ since, now }: ShellPlace): string {
  const minutes = Math.floor((now() - since) / 60);
  const days = Math.floor(minutes / 1440);
  const clock = `${Math.floor((minutes % 1440) / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  const time = new Date(now() * 1000).toISOString().slice(11, 19);
  return ` ${time} up ${days > 0 ? `${days} days, ` : ""}${clock},  1 user,  load average: 0.12, 0.09, 0.05`;
}

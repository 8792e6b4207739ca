import type { Guest } from "../world.js";
import { guestName } from "../world-guest.js";
import type { Inside, Process } from "../world-insides.js";

/** How a command goes: what it prints, how it ends and how long it takes. */
interface Outcome {
  readonly output?: string;
  readonly errors?: string;
  readonly exitcode?: number;
  readonly seconds?: number;
}

/** What a command has to work with. */
interface Surroundings {
  readonly args: readonly string[];
  readonly input: string;
  readonly guest: Guest;
  readonly inside: Inside;
}

const kernel = "6.12.48+deb13-amd64";

const programs: Readonly<Record<string, (around: Surroundings) => Outcome>> = {
  echo: ({ args }) => ({ output: args[0] === "-n" ? args.slice(1).join(" ") : `${args.join(" ")}\n` }),
  true: () => ({}),
  false: () => ({ exitcode: 1 }),
  hostname: ({ guest }) => ({ output: `${guestName(guest)}\n` }),
  sh: ({ args, ...around }) =>
    args[0] === "-c" ? runScript(args[1] ?? "", around) : { exitcode: 2, errors: "sh: 0: only -c is simulated\n" },
  whoami: () => ({ output: "root\n" }),
  uname: ({ args, guest }) => ({
    output: `${
      args.includes("-a")
        ? `Linux ${guestName(guest)} ${kernel} #1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 x86_64 GNU/Linux`
        : args.includes("-r")
          ? kernel
          : "Linux"
    }\n`,
  }),
  sleep: ({ args }) =>
    /^\d+(?:\.\d+)?$/.test(args[0] ?? "")
      ? { seconds: Number(args[0]) }
      : { exitcode: 1, errors: `sleep: invalid time interval '${args[0] ?? ""}'\n` },
  cat: ({ args, input, inside }) => {
    const missing = args.find((path) => !inside.files.has(path));
    const output = args.length === 0 ? input : args.map((path) => inside.files.get(path) ?? "").join("");
    return missing === undefined
      ? { output }
      : { output, exitcode: 1, errors: `cat: ${missing}: No such file or directory\n` };
  },
};

/** What a shell would have to do more than run one program after the other. */
const beyond = /[|<>&$`*?(){}\n]/;

/** The words of a command line, quotes taken off, and the `;` and `&&` between commands. */
function wordsOf(script: string): readonly string[] {
  const words = script.match(/;|&&|(?:'[^']*'|"[^"]*"|[^\s;&'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

/** Runs programs one after the other, as `;` and `&&` join them; the last one decides how it ends. */
function runScript(script: string, around: Omit<Surroundings, "args">): Outcome {
  if (beyond.test(script.replaceAll(/'[^']*'|&&/g, ""))) {
    return { exitcode: 2, errors: "sh: 1: this shell is simulated: it runs plain commands, joined by ; or &&\n" };
  }
  const sum = { output: "", errors: "", exitcode: 0, seconds: 0 };
  let args: string[] = [];
  for (const word of [...wordsOf(script), ";"]) {
    if (word !== ";" && word !== "&&") {
      args.push(word);
      continue;
    }
    const [name, ...rest] = args;
    args = [];
    if (name === "exit") {
      return { ...sum, exitcode: Number(rest[0] ?? sum.exitcode) };
    }
    if (name !== undefined) {
      const done = programNamed(name)?.({ ...around, args: rest }) ?? notFound(name);
      sum.output += done.output ?? "";
      sum.errors += done.errors ?? "";
      sum.exitcode = done.exitcode ?? 0;
      sum.seconds += done.seconds ?? 0;
    }
    if (word === "&&" && sum.exitcode !== 0) {
      break;
    }
  }
  return sum;
}

function notFound(name: string): Outcome {
  return { exitcode: 127, errors: `sh: 1: ${name}: not found\n` };
}

function programNamed(path: string): ((around: Surroundings) => Outcome) | undefined {
  const name = path.replace(/^\/(?:usr\/)?bin\//, "");
  return Object.hasOwn(programs, name) ? programs[name] : undefined;
}

/** Starts a command; `undefined` when the guest has no such program. */
export function runCommand(
  command: readonly string[],
  around: Omit<Surroundings, "args">,
  now: number,
): Process | undefined {
  const [path = "", ...args] = command;
  const program = programNamed(path);
  if (program === undefined) {
    return undefined;
  }
  const { output = "", errors = "", exitcode = 0, seconds = 0 } = program({ ...around, args });
  return { endsAt: now + seconds, exitcode, output, errors };
}

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

/** Starts a command; `undefined` when the guest has no such program. */
export function runCommand(
  command: readonly string[],
  around: Omit<Surroundings, "args">,
  now: number,
): Process | undefined {
  const [path = "", ...args] = command;
  const name = path.replace(/^\/(?:usr\/)?bin\//, "");
  const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (program === undefined) {
    return undefined;
  }
  const { output = "", errors = "", exitcode = 0, seconds = 0 } = program({ ...around, args });
  return { endsAt: now + seconds, exitcode, output, errors };
}

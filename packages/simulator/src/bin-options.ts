import { parseArgs } from "node:util";
import { type Release, releases } from "./contracts.js";
import { type SeedName, seeds } from "./seeds/seeds.js";

/** What the command line asks for. */
export interface BinOptions {
  readonly seed: SeedName;
  readonly release: Release;
  readonly host: string;
  readonly port: number;
  readonly speed: number;
}

/** How to call the program. */
export const usage = `Usage: pve-simulator [--seed ${Object.keys(seeds).join("|")}] [--release ${releases.join("|")}]
                     [--host 127.0.0.1] [--port 8006] [--speed 1]

  --seed     the cluster to start with
  --release  the release of Proxmox VE whose API it speaks
  --host     address to listen on
  --port     port to listen on; 0 takes a free one
  --speed    how many simulated seconds pass in a real one
  --help     this text`;

/** Reads the command line: the options, `"help"`, or what is wrong as an error whose message is fit to show. */
export function readBinOptions(argv: readonly string[]): BinOptions | "help" {
  const text = { type: "string" } as const;
  const options = {
    seed: text,
    release: text,
    host: text,
    port: text,
    speed: text,
    help: { type: "boolean", short: "h" },
  } as const;
  const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
  if (values.help) {
    return "help";
  }
  return {
    seed: readSeed(values.seed ?? "three-nodes"),
    release: readRelease(values.release ?? releases[0]),
    host: values.host ?? "127.0.0.1",
    port: readNumber(
      "--port",
      values.port ?? "8006",
      (n) => Number.isInteger(n) && n >= 0 && n <= 65_535,
      "0 to 65535",
    ),
    speed: readNumber("--speed", values.speed ?? "1", (n) => n > 0 && n <= 100_000, "more than 0, at most 100000"),
  };
}

function isSeed(name: string): name is SeedName {
  return Object.hasOwn(seeds, name);
}

function readSeed(name: string): SeedName {
  if (!isSeed(name)) {
    throw new RangeError(`there is no seed '${name}'; there are: ${Object.keys(seeds).join(", ")}`);
  }
  return name;
}

function readRelease(name: string): Release {
  const release = releases.find((known) => known === name);
  if (release === undefined) {
    throw new RangeError(`there is no release '${name}'; there are: ${releases.join(", ")}`);
  }
  return release;
}

function readNumber(option: string, value: string, fits: (n: number) => boolean, range: string): number {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (!fits(number)) {
    throw new RangeError(`${option} takes a number (${range}), not '${value}'`);
  }
  return number;
}

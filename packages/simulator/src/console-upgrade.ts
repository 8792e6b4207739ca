import type { Shell } from "./console-shell.js";
import type { Package } from "./world-packages.js";

const question = "Do you want to continue? [Y/n] ";

/**
 * The terminal in which a node is upgraded: `pveupgrade --shell`. It asks once, installs what waits on an empty line or
 * one that begins with y, and goes on as a shell.
 */
export function createUpgrade(packages: readonly Package[], shell: Shell): Shell {
  const waiting = packages.filter(({ available }) => available !== undefined);
  let line = "";
  let asks = waiting.length > 0;
  const finish = (output: string): string => {
    asks = false;
    return `${output}${verdict(packages, waiting)}starting shell\r\n${shell.greeting}`;
  };
  const answer = (): string => {
    const agreed = line === "" || /^y/i.test(line);
    line = "";
    return finish(agreed ? install(waiting) : "\r\nAbort.\r\n");
  };
  const key = (letter: string): string => {
    if (letter === "\r" || letter === "\n") return answer();
    line += letter;
    return letter;
  };
  return {
    greeting: asks
      ? plan(waiting)
      : finish(`${opening}0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\r\n`),
    type(input) {
      let output = "";
      for (const [at, letter] of [...input].entries()) {
        if (!asks) {
          const rest = shell.type([...input].slice(at).join(""));
          return { output: output + rest.output, done: rest.done };
        }
        output += key(letter);
      }
      return { output, done: false };
    },
  };
}

const opening = [
  "Starting system upgrade: apt-get dist-upgrade",
  ...["Reading package lists... Done", "Building dependency tree... Done", "Reading state information... Done"],
  ...["Calculating upgrade... Done", ""],
].join("\r\n");

function plan(waiting: readonly Package[]): string {
  const names = waiting.map(({ name }) => name).join(" ");
  const count = `${waiting.length} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.`;
  return `${opening}The following packages will be upgraded:\r\n  ${names}\r\n${count}\r\n${question}`;
}

/** Installs what waits, as the packages' own words tell it. */
function install(waiting: readonly Package[]): string {
  const lines = waiting.flatMap((each) => {
    const { name, installed, available = installed } = each;
    each.installed = available;
    delete each.available;
    return [`Unpacking ${name} (${available}) over (${installed}) ...`, `Setting up ${name} (${available}) ...`];
  });
  return `\r\n${lines.join("\r\n")}\r\n`;
}

function verdict(packages: readonly Package[], waiting: readonly Package[]): string {
  const left = packages.filter(({ available }) => available !== undefined).length;
  const kernel = left === 0 && waiting.some(({ section }) => section === "kernel");
  const reboot =
    "Seems you installed a kernel update - Please consider rebooting\r\nthis node to activate the new kernel.\r\n\r\n";
  const state = left === 0 ? "Your System is up-to-date" : `System not fully up to date (found ${left} new packages)`;
  return `\r\n${state}\r\n\r\n${kernel ? reboot : ""}`;
}

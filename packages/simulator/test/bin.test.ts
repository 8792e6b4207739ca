import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { request } from "node:https";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { readBinOptions } from "../src/bin-options.js";

describe("the command line", () => {
  it("has a default for everything", () => {
    const options = { seed: "three-nodes", release: "9.2", host: "127.0.0.1", port: 8006, speed: 1 };
    expect(readBinOptions([])).toStrictEqual(options);
  });

  it("takes seed, release, host, port and speed", () => {
    const argv = ["--seed", "one-node", "--release", "8.4", "--host", "0.0.0.0", "--port=0", "--speed", "20.5"];
    const options = { seed: "one-node", release: "8.4", host: "0.0.0.0", port: 0, speed: 20.5 };
    expect(readBinOptions(argv)).toStrictEqual(options);
  });

  it("knows --help", () => {
    expect(readBinOptions(["--help"])).toBe("help");
  });

  it.each([
    [["--seed", "nope"], /there is no seed 'nope'; there are: three-nodes/],
    [["--release", "8"], /there is no release '8'; there are: 9\.2, 9\.1, 9\.0, 8\.4/],
    [["--port", "70000"], /--port takes a number \(0 to 65535\), not '70000'/],
    [["--port", "x"], /--port takes a number/],
    [["--speed", "0"], /--speed takes a number \(more than 0/],
    [["--speed", ""], /--speed takes a number/],
    [["--bogus"], /--bogus/],
    [["extra"], /extra/],
  ])("refuses %j", (argv, text) => {
    expect(() => readBinOptions(argv)).toThrow(text);
  });
});

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url));

function start(...argv: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ["--conditions=@pve/source", "--import", "tsx", bin, ...argv]);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

/** Reads what the program prints until the line about time, the last one. */
function banner(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (/^Time runs .*\n/m.test(text)) {
        resolve(text);
      }
    });
    child.on("exit", () => reject(new Error(`ended early: ${text}`)));
  });
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve) => {
    child.on("exit", (code) => resolve(code));
  });
}

describe("the program", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("prints how to reach it, answers there and ends on %s", async (signal) => {
    const child = start("--seed", "one-node", "--release", "9.0", "--port", "0", "--speed", "20");
    const text = await banner(child);
    const [, url = "", fingerprint] = /url +(\S+)\n +fingerprint +(\S+)/.exec(text) ?? [];
    const authorization = `PVEAPIToken=${/root +(root@pam!full=\S+)/.exec(text)?.[1]}`;
    const seen = await new Promise((resolve, reject) => {
      const options = { headers: { authorization }, rejectUnauthorized: false, agent: false } as const;
      const sent = request(new URL("/api2/json/version", url), options, (response) => {
        const { fingerprint256 } = (response.socket as import("node:tls").TLSSocket).getPeerCertificate();
        response.resume();
        response.on("end", () => resolve([response.statusCode, fingerprint256]));
      });
      sent.on("error", reject);
      sent.end();
    });
    expect(seen).toStrictEqual([200, fingerprint]);
    const ended = exitOf(child);
    child.kill(signal);
    expect(await ended).toBe(0);
  });

  it("says what is wrong in one line and fails", async () => {
    const child = start("--seed", "nope");
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(1);
    expect(errors).toMatch(/^pve-simulator: there is no seed 'nope'; there are: .*\n$/);
  });
});

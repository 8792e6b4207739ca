import { onTestFinished } from "vitest";
import { createSimulator, type Simulator, type SimulatorOptions } from "../src/index.js";

/** The body of an answer of the API. */
export interface Envelope {
  readonly data?: unknown;
  readonly message?: string;
  readonly errors?: Readonly<Record<string, string>>;
  readonly total?: number;
}

/** One answer, taken apart. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; empty when it is no JSON. */
  readonly json: Envelope;
}

/** How a request is sent: as root's token unless `token` says otherwise (`null`: without credentials). */
export interface Sending {
  readonly token?: string | null;
  /** Sent as a form. */
  readonly form?: string | Record<string, string>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** A simulator with a short way to ask it things; closed when the test ends. */
export interface Session {
  readonly sim: Simulator;
  send(method: string, path: string, sending?: Sending): Promise<Answer>;
}

/** Opens a session. Paths are below `/api2/json` unless they start with `/api2` or `!` (taken as it is). */
export function openSession(options?: SimulatorOptions): Session {
  const sim = createSimulator(options);
  onTestFinished(() => sim.close());
  return {
    sim,
    async send(method, path, { token = sim.credentials.token, form, json, headers } = {}) {
      const body = json !== undefined ? JSON.stringify(json) : typeof form === "object" ? encode(form) : form;
      const type = json !== undefined ? "application/json" : "application/x-www-form-urlencoded";
      const response = await sim.fetch(address(path), {
        method,
        headers: {
          ...(body === undefined ? {} : { "content-type": type }),
          ...(token === null ? {} : { authorization: `PVEAPIToken=${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json");
      return {
        status: response.status,
        reason: response.statusText,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : {},
      };
    },
  };
}

function address(path: string): string {
  if (path.startsWith("!")) {
    return path.slice(1);
  }
  return path.startsWith("/api2") ? path : `/api2/json${path}`;
}

function encode(form: Record<string, string>): string {
  return new URLSearchParams(form).toString();
}

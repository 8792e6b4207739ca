import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { createRequire } from "node:module";
import { createClient } from "@pve/client/node";
import createOpenapiClient from "openapi-fetch";
import { Agent, request, Request as UndiciRequest, fetch as undiciFetch } from "undici";
import { certificate } from "./certificate.js";

/** Somebody who can fetch the version of a PVE. */
export interface Contestant {
  readonly name: string;
  /** One call: sent, answered, parsed. Resolves to the version. */
  readonly once: () => Promise<unknown>;
  readonly close?: () => void;
}

const SECRET = "01234567-89ab-cdef-0123-456789abcdef";
const TOKEN = `root@pam!bench=${SECRET}`;
const PATH = "/api2/json/version";
const headers = { authorization: `PVEAPIToken=${TOKEN}`, accept: "application/json" };

interface Version {
  readonly data: { readonly version: string };
}

/** Everybody who is installed, each with keep-alive and the credentials of a token. */
export async function contestants(port: number): Promise<readonly Contestant[]> {
  const origin = `https://127.0.0.1:${port}`;
  const own = createClient({ baseUrl: origin, auth: { token: TOKEN }, tls: { ca: certificate.cert } });
  const known: Contestant[] = [
    overUndici(origin),
    overHttps(port),
    { name: "@pve/client/node, call", once: async () => (await own.call("GET /version")).version },
    { name: "@pve/client/node, tree", once: async () => (await own.version.get()).version },
    overUndiciFetch(origin),
    overOpenapiFetch(origin),
  ];
  const peers = await Promise.all([proxmoxApi(port), corsinvest(port)]);
  return [...known, ...peers.flatMap((peer) => (peer === undefined ? [] : [peer]))];
}

function dispatcher(): Agent {
  return new Agent({ connect: { ca: certificate.cert } });
}

function overUndici(origin: string): Contestant {
  const agent = dispatcher();
  const once = async () => {
    const { body } = await request(origin + PATH, { dispatcher: agent, headers });
    return ((await body.json()) as Version).data.version;
  };
  return { name: "undici.request (the floor)", once, close: () => void agent.close() };
}

function overHttps(port: number): Contestant {
  const agent = new HttpsAgent({ keepAlive: true, ca: certificate.cert });
  const options = { host: "127.0.0.1", port, path: PATH, agent, headers };
  const once = () =>
    new Promise<unknown>((resolve, reject) => {
      httpsRequest(options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve((JSON.parse(text) as Version).data.version));
      })
        .on("error", reject)
        .end();
    });
  return { name: "node:https", once, close: () => agent.destroy() };
}

function overUndiciFetch(origin: string): Contestant {
  const agent = dispatcher();
  const once = async () => {
    const response = await undiciFetch(origin + PATH, { dispatcher: agent, headers });
    return ((await response.json()) as Version).data.version;
  };
  return { name: "undici.fetch", once, close: () => void agent.close() };
}

function overOpenapiFetch(origin: string): Contestant {
  const agent = dispatcher();
  const client = createOpenapiClient<{
    "/version": { get: { responses: { 200: { content: { "application/json": Version } } } } };
  }>({
    baseUrl: `${origin}/api2/json`,
    headers,
    Request: UndiciRequest as unknown as typeof Request,
    fetch: ((input: UndiciRequest) => undiciFetch(input, { dispatcher: agent })) as unknown as typeof fetch,
  });
  const once = async () => (await client.GET("/version")).data?.data.version;
  return { name: "openapi-fetch over undici.fetch", once, close: () => void agent.close() };
}

async function proxmoxApi(port: number): Promise<Contestant | undefined> {
  const peer = await import("proxmox-api").catch(() => undefined);
  if (peer === undefined) return undefined;
  const agent = dispatcher();
  const api = peer.proxmoxApi({
    host: "127.0.0.1",
    port,
    tokenID: "root@pam!bench",
    tokenSecret: SECRET,
    // It checks no certificates by itself; with our dispatcher it needs no process-wide switch. Its types are those of
    // another undici.
    fetch: ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher: agent })) as never,
  });
  return { name: "proxmox-api", once: async () => (await api.version.$get()).version, close: () => void agent.close() };
}

interface CorsinvestModule {
  readonly PveClient: new (
    host: string,
    port: number,
  ) => {
    apiToken: string;
    readonly version: { version(): Promise<{ readonly response: Version }> };
  };
}

function corsinvest(port: number): Contestant | undefined {
  try {
    const { PveClient } = createRequire(import.meta.url)("@corsinvest/cv4pve-api-javascript") as CorsinvestModule;
    const client = new PveClient("127.0.0.1", port);
    client.apiToken = TOKEN;
    const once = async () => (await client.version.version()).response.data.version;
    return { name: "@corsinvest/cv4pve-api-javascript", once };
  } catch {
    return undefined;
  }
}

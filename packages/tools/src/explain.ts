import {
  PveConfigError,
  PveConnectionError,
  PveParameterError,
  PveProtocolError,
  PveRequestError,
  PveTaskError,
} from "@pve/client";
import {
  ToolArgumentError,
  ToolConnectionError,
  ToolError,
  ToolPreconditionError,
  ToolRefusedError,
  ToolTaskError,
} from "./errors.js";
import type { ResolvedTool } from "./resolved.js";

const LAST_LINES = 10;

/** Why a guest's agent does not answer, in PVE's words, and what helps. */
const SILENT: readonly (readonly [RegExp, string])[] = [
  [
    /no QEMU guest agent configured/i,
    'The VM has no agent: install qemu-guest-agent inside, set update_vm_config {"agent": "enabled=1"}, then stop and start it.',
  ],
  [
    /QEMU guest agent is not running/i,
    "Nothing answers inside: qemu-guest-agent has to be installed and running in the guest. While it boots, wait; a VM whose agent was just enabled has to be stopped and started.",
  ],
  [/^VM \d+ is not running$/, "start_vm starts it; its agent answers once it has booted."],
  [
    /qga command '.*' failed - got timeout/,
    "The agent took too long: the guest is busy, paused, or its file systems are frozen (get_vm_freeze_status).",
  ],
];

/** Refusals of single operations that say what is wrong in words of PVE's own, and what helps. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /is running - destroy failed|^CT \d+ is running$/,
    "shutdown_vm or shutdown_container first; with force it is stopped hard.",
  ],
  [
    /does not support (?:vzdump )?backups|for backups - wrong content type/,
    "get_storage shows which storages take backups (content backup).",
  ],
  [
    /No replicatable volumes found|missing replicate feature/,
    "Only disks on ZFS (storage type zfspool) are replicated: move_guest_disk moves one there, replicate=0 on a disk leaves it out. What lies on shared storage needs no replication.",
  ],
  [/cannot use unmanaged resource/, "Put them under HA first: enable_ha_resource."],
  [/cannot lookup undefined type/, "There is no such zone: list_sdn_zones shows them, create_sdn_zone stages one."],
  [
    /No current \(custom\) certificate found/,
    "Only a certificate that ACME issued is renewed: order_node_certificate orders one, upload_node_certificate installs one's own. A person makes the node's own (pve-ssl.pem) anew there: pvecm updatecerts --force.",
  ],
  [
    /ACME domain list in node configuration is missing/,
    'update_node_config names account and domains, such as {"acme": "account=default", "acmedomain0": "pve1.example.com"}; list_acme_accounts shows the accounts.',
  ],
];

/**
 * The error of a tool for whatever went wrong beneath it, with what to do about it; `permission` is what to do about a
 * missing privilege. Errors that are none of the client's are returned as they are.
 */
export function explain(error: unknown, tool: ResolvedTool, permission: string | undefined): unknown {
  if (error instanceof ToolError) return error;
  const cause = { cause: error };
  if (error instanceof PveRequestError) {
    const { operation, status, reason, fields, kind } = error;
    const refusal = { operation, status, reason, fields: byArgument(fields, tool), kind };
    return new ToolRefusedError(refusal, permission ?? partsRemedy(error, tool) ?? refusalRemedy(error), cause);
  }
  if (error instanceof PveTaskError) {
    const { upid, exitstatus, log } = error;
    return new ToolTaskError(
      { upid, exitstatus, log: log.slice(-LAST_LINES) },
      permission ?? taskRemedy(exitstatus, log.length > 0 && log.length <= LAST_LINES),
      cause,
    );
  }
  if (error instanceof PveParameterError)
    return new ToolArgumentError(byArgument(error.problems, tool), undefined, cause);
  if (error instanceof PveConnectionError) {
    return new ToolConnectionError(error.message, error.sent, connectionRemedy(error, tool), cause);
  }
  if (error instanceof PveProtocolError) {
    return new ToolConnectionError(
      error.message,
      "maybe",
      "Something between here and the node answered: check address, port and proxies.",
      cause,
    );
  }
  if (error instanceof PveConfigError && error.message.includes("refuses API tokens")) {
    return new ToolPreconditionError(
      `PVE lets no API token do this (${tool.name})`,
      "Whoever runs this server can have it sign in with user name and password instead.",
      cause,
    );
  }
  if (error instanceof PveConfigError)
    return new ToolConnectionError(error.message, "no", "The connection has to be set up anew.", cause);
  return error;
}

/** Complaints about operation parameters, under the names the caller knows. */
function byArgument(fields: Readonly<Record<string, string>>, tool: ResolvedTool): Readonly<Record<string, string>> {
  const names = new Map(
    Object.entries(tool.entry.accepts).map(([argument, target]) => [
      typeof target === "string" ? target : target.for,
      argument,
    ]),
  );
  return Object.fromEntries(
    Object.entries(fields).map(([field, text]) => {
      const argument = names.get(field) ?? field;
      return [argument, withForm(text.trim(), tool.inputSchema.properties[argument]?.description)];
    }),
  );
}

/** PVE names a pattern or a format; what the argument's description says of its form is what helps. */
function withForm(text: string, description: string | undefined): string {
  const isAboutForm = /^invalid format|^'.*' does not match /s.test(text);
  return isAboutForm && description !== undefined ? `${text}; expected: ${description}` : text;
}

/** Half a property string, where the half alone would do. */
function partsRemedy({ fields }: PveRequestError, { entry }: ResolvedTool): string | undefined {
  const lacksPart = Object.values(fields).some((text) => /^\w+\.\w+: property is missing/m.test(text));
  return lacksPart && entry.recipe === "update-config"
    ? 'A text takes the place of the whole setting. An object changes the parts that it names and no others, such as {"net0": {"tag": 20}}.'
    : undefined;
}

function refusalRemedy(error: PveRequestError): string | undefined {
  if (error.reason.startsWith("hostname lookup")) return "There is no such node: get_nodes lists those there are.";
  const known = [...SILENT, ...KNOWN].find(([pattern]) => pattern.test(error.reason));
  if (known !== undefined) return known[1];
  if (error.reason.includes("migrated to rules")) {
    return "Since PVE 9 rules have taken their place: list_ha_rules, create_ha_rule.";
  }
  switch (error.kind) {
    case "authentication":
      return "The token is unknown, expired or disabled.";
    case "locked":
      return "Another task works on it, or one was cut off: list_tasks with its vmid shows which.";
    case "not-found":
      return /configuration file '.*' does(?: not|n't) exist/i.test(error.reason)
        ? "The guest is not on that node, or does not exist. Leave node_name out to have it found."
        : undefined;
    case "node-unreachable":
      return "That node did not answer: get_cluster_status shows which nodes are online.";
    case "conflict":
      return /checksum|detected modified/i.test(error.reason)
        ? "Somebody else changed it meanwhile: read it again, then repeat."
        : undefined;
    case "unsupported":
      return error.status === 501
        ? "This PVE release does not have the operation, or the path holds a wrong id."
        : undefined;
    default:
      return undefined;
  }
}

/** How tasks end that were started with something wrong, and what helps. */
const ENDS: readonly (readonly [RegExp, string])[] = [
  [
    /is locked|can't lock/i,
    "Another task works on it, or one was cut off: list_tasks with its vmid shows which. A lock that was left is removed by root on its node, with qm unlock or pct unlock.",
  ],
  [
    /ACME account config file '.*' does not exist/,
    "list_acme_accounts shows the accounts there are; POST /cluster/acme/account registers one.",
  ],
  [/already running/, "It runs already: there is nothing to do."],
  [/snapshot '.*' does not exist/, "list_vm_snapshots and list_container_snapshots show which there are."],
  [
    /volume '[^']+:\d+(?:\.\d+)?[KMGT]i?B?' does not exist/i,
    "A new disk is STORAGE:SIZE in GiB, without a unit: local-lvm:32.",
  ],
  [
    /volume '[^']+:iso\/[^']+' does not exist/,
    'The image is gone: update_vm_config takes it out of its drive, such as {"ide2": "none,media=cdrom"}; get_storage_content shows the images there are.',
  ],
];

function taskRemedy(exitstatus: string, isWhole: boolean): string | undefined {
  const known = [...ENDS, ...KNOWN].find(([pattern]) => pattern.test(exitstatus));
  if (known !== undefined) return known[1];
  return isWhole ? undefined : "get_task_log with this upid as task_id shows the whole log.";
}

function connectionRemedy(error: PveConnectionError, tool: ResolvedTool): string {
  if (error.sent === "maybe" && !tool.hints.readOnly) {
    return "It may have been done all the same: look before repeating it (list_tasks, or the state of the guest).";
  }
  if (error.kind === "tls" || error.kind === "tls-pin")
    return "The node's certificate is not the expected one; the operator has to decide.";
  return error.kind === "timeout"
    ? "The node is slow or busy; try again, or ask for less."
    : "Check that the node is up and reachable.";
}

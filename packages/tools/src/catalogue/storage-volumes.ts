import { type Parameter, tool } from "../define.js";

const storage = {
  for: "storage",
  type: "string",
  description: "Where it goes.",
  required: true,
} as const satisfies Parameter;
const node = {
  for: "node",
  type: "string",
  description: "Node that fetches it; any that has the storage unless given.",
  brief: "",
} as const satisfies Parameter;
const asker = { ...node, description: "Node that asks; any unless given." } as const satisfies Parameter;
const CONTENT = "GET /nodes/{node}/storage/{storage}/content";

/** Getting images and templates onto a storage, and taking volumes off. */
export const volumeTools = {
  get_url_metadata: tool("GET /nodes/{node}/query-url-metadata", {
    title: "Show what a URL offers",
    summary: "Has a node ask a URL for file name, size in bytes and type, before download_to_storage fetches it.",
    risk: "read",
    accepts: { url: "url", node_name: asker, "verify-certificates": "verify-certificates" },
    brief: { url: "", "verify-certificates": "" },
    optional: ["node_name"],
    recipe: "url-metadata",
    also: ["GET /nodes"],
    example: { url: "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-generic-amd64.qcow2" },
  }),
  download_to_storage: tool("POST /nodes/{node}/storage/{storage}/download-url", {
    title: "Download a file to a storage",
    summary:
      "Has a node download an ISO image, template or disk image to a storage, checked against a checksum. A file that exists is never overwritten. For Proxmox's own templates use download_template.",
    risk: "change",
    accepts: {
      storage,
      url: "url",
      filename: { for: "filename", type: "string", description: "Name it gets; the URL's unless given.", brief: "" },
      content: {
        for: "content",
        type: "string",
        description: "By the name's ending unless given.",
        enum: ["iso", "vztmpl", "import"],
      },
      checksum: { for: "checksum", type: "string", description: "Hex; its length tells the algorithm." },
      "checksum-algorithm": "checksum-algorithm",
      compression: { for: "compression", type: "string", description: "Unpack an image: gz, lzo, zst or bz2." },
      "verify-certificates": "verify-certificates",
      node_name: node,
    },
    brief: { url: "", "verify-certificates": "", "checksum-algorithm": "" },
    optional: ["filename", "content", "node_name"],
    waits: true,
    recipe: "download-url",
    also: ["GET /cluster/resources", CONTENT],
    tries: [CONTENT],
    example: {
      storage: "local",
      url: "https://cdimage.debian.org/debian-cd/current/amd64/iso-cd/debian-13.2.0-amd64-netinst.iso",
    },
  }),
  list_downloadable_templates: tool("GET /nodes/{node}/aplinfo", {
    title: "List templates to download",
    summary: "Lists the container templates that Proxmox offers. get_storage_content shows those a storage has.",
    risk: "read",
    accepts: { node_name: asker },
    optional: ["node_name"],
    lists: true,
    recipe: "appliances",
    also: ["GET /nodes"],
    keep: ["template", "os", "version", "section", "headline"],
    example: { filter: "debian" },
  }),
  download_template: tool("POST /nodes/{node}/aplinfo", {
    title: "Download a container template",
    summary: "Has a node download a container template that list_downloadable_templates shows; PVE checks its sum.",
    risk: "change",
    accepts: { storage, template: "template", node_name: node },
    brief: { template: "File name" },
    optional: ["node_name"],
    waits: true,
    repeatable: true,
    recipe: "download-template",
    also: ["GET /cluster/resources", CONTENT, "GET /nodes/{node}/aplinfo"],
    tries: [CONTENT],
    example: { storage: "local", template: "alpine-3.23-default_20260116_amd64.tar.xz" },
  }),
  delete_volume: tool("DELETE /nodes/{node}/storage/{storage}/content/{volume}", {
    title: "Delete a volume",
    summary:
      "Deletes an ISO image, template or left-over disk for good, and says what it was. A disk that a guest or its snapshots use is refused. For backups use delete_backup.",
    risk: "destroy",
    accepts: {
      storage: "storage",
      volume: { for: "volume", type: "string", description: "Volid.", required: true },
      node_name: { ...node, description: "Needed where several nodes have one of that name." },
    },
    optional: ["node_name"],
    waits: true,
    recipe: "delete-volume",
    also: [
      "GET /cluster/resources",
      "GET /cluster/nextid",
      CONTENT,
      "GET /nodes/{node}/qemu/{vmid}/config",
      "GET /nodes/{node}/lxc/{vmid}/config",
      "GET /nodes/{node}/qemu/{vmid}/snapshot",
      "GET /nodes/{node}/lxc/{vmid}/snapshot",
    ],
    example: { storage: "local", volume: "local:iso/virtio-win-0.1.271.iso", node_name: "pve3" },
  }),
};

import { type Parameter, tool, toolset } from "../define.js";

const kind = {
  type: "string",
  description: "What it names.",
  brief: "",
  enum: ["pci", "usb", "dir"],
  required: true,
} as const satisfies Parameter;

/** Names for devices and folders that are elsewhere on each node. */
export const mappings = toolset({
  id: "mappings",
  title: "Resource mappings",
  tools: {
    list_resource_mappings: tool("GET /cluster/mapping/pci", {
      title: "List resource mappings",
      summary:
        "Lists the names that stand for PCI devices, USB devices and folders of nodes, and with check-node what is wrong with them there.",
      risk: "read",
      accepts: { "check-node": "check-node" },
      brief: { "check-node": "" },
      recipe: "mappings",
      also: ["GET /cluster/mapping/usb", "GET /cluster/mapping/dir"],
      example: { "check-node": "pve1" },
    }),
    create_resource_mapping: tool("POST /cluster/mapping/pci", {
      title: "Create a resource mapping",
      summary:
        "Names a device or folder once for the cluster, with its place on each node, so that guests that use it can move.",
      risk: "change",
      accepts: {
        kind,
        id: "id",
        map: {
          for: "map",
          type: "array",
          items: { type: "string" },
          description:
            "One entry a node, such as node=pve1,path=/srv/data (dir) or node=pve1,path=0000:01:00.0,id=8086:1521.",
          brief: "Such as node=pve1,path=/srv/data",
        },
        description: "description",
        mdev: "mdev",
      },
      brief: { mdev: "pci: shared by mediated devices" },
      recipe: "create-mapping",
      also: [
        "POST /cluster/mapping/usb",
        "POST /cluster/mapping/dir",
        "GET /cluster/mapping/pci/{id}",
        "GET /cluster/mapping/usb/{id}",
        "GET /cluster/mapping/dir/{id}",
      ],
      picks: true,
      example: { kind: "dir", id: "media", map: ["node=pve1,path=/srv/media", "node=pve2,path=/srv/media"] },
    }),
    delete_resource_mapping: tool("DELETE /cluster/mapping/pci/{id}", {
      title: "Delete a resource mapping",
      summary: "Deletes a name for devices or folders. Guests whose settings use it no longer start.",
      risk: "destroy",
      accepts: { kind, id: "id" },
      recipe: "delete-mapping",
      also: [
        "DELETE /cluster/mapping/usb/{id}",
        "DELETE /cluster/mapping/dir/{id}",
        "GET /cluster/mapping/pci/{id}",
        "GET /cluster/mapping/usb/{id}",
        "GET /cluster/mapping/dir/{id}",
      ],
      picks: true,
      example: { kind: "dir", id: "media" },
    }),
  },
});

/** Said of the argument that names a node, where it may be left out. */
export const LEFT_OUT = {
  vm: "Left out, it is found from the VMID.",
  container: "Left out, it is found from the container's VMID.",
  guest: "Left out, it is found from the VMID.",
  task: "Left out, it is read from the task's id.",
};

const vm = [
  "VM.Allocate",
  "VM.Audit",
  "VM.Backup",
  "VM.Clone",
  "VM.Config.CDROM",
  "VM.Config.CPU",
  "VM.Config.Cloudinit",
  "VM.Config.Disk",
  "VM.Config.HWType",
  "VM.Config.Memory",
  "VM.Config.Network",
  "VM.Config.Options",
  "VM.Console",
  "VM.GuestAgent.Audit",
  "VM.GuestAgent.FileRead",
  "VM.GuestAgent.FileSystemMgmt",
  "VM.GuestAgent.FileWrite",
  "VM.GuestAgent.Unrestricted",
  "VM.Migrate",
  "VM.PowerMgmt",
  "VM.Replicate",
  "VM.Snapshot",
  "VM.Snapshot.Rollback",
];
const vmUser = [
  "VM.Audit",
  "VM.Backup",
  "VM.Config.CDROM",
  "VM.Config.Cloudinit",
  "VM.Console",
  "VM.GuestAgent.Audit",
  "VM.GuestAgent.FileRead",
  "VM.GuestAgent.FileSystemMgmt",
  "VM.GuestAgent.FileWrite",
  "VM.PowerMgmt",
];
const datastore = ["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.AllocateTemplate", "Datastore.Audit"];
const sdn = ["SDN.Allocate", "SDN.Audit", "SDN.Use"];
const pool = ["Pool.Allocate", "Pool.Audit"];
const userAdmin = ["Group.Allocate", "Realm.AllocateUser", "User.Modify"];
const sysAdmin = ["Sys.Audit", "Sys.Console", "Sys.Syslog"];
/** What PVE keeps from everybody but an Administrator. */
const rootLike = [
  "Mapping.Modify",
  "Permissions.Modify",
  "Realm.Allocate",
  "Sys.AccessNetwork",
  "Sys.Incoming",
  "Sys.Modify",
  "Sys.PowerMgmt",
];
const admin = [...datastore, "Mapping.Audit", "Mapping.Use", ...pool, ...sdn, ...sysAdmin, ...userAdmin, ...vm];

/** Every privilege of release 9.2, sorted. */
export const allPrivileges: readonly string[] = [...admin, ...rootLike].sort();

/** The built-in roles of release 9.2 and their privileges. */
export const builtInRoles: Readonly<Record<string, readonly string[]>> = {
  Administrator: allPrivileges,
  NoAccess: [],
  PVEAdmin: admin,
  PVEAuditor: [
    "Datastore.Audit",
    "Mapping.Audit",
    "Pool.Audit",
    "SDN.Audit",
    "Sys.Audit",
    "VM.Audit",
    "VM.GuestAgent.Audit",
  ],
  PVEDatastoreAdmin: datastore,
  PVEDatastoreUser: ["Datastore.AllocateSpace", "Datastore.Audit"],
  PVEMappingAdmin: ["Mapping.Audit", "Mapping.Modify", "Mapping.Use"],
  PVEMappingUser: ["Mapping.Audit", "Mapping.Use"],
  PVEPoolAdmin: pool,
  PVEPoolUser: ["Pool.Audit"],
  PVESDNAdmin: sdn,
  PVESDNUser: ["SDN.Audit", "SDN.Use"],
  PVESysAdmin: sysAdmin,
  PVETemplateUser: ["VM.Audit", "VM.Clone"],
  PVEUserAdmin: userAdmin,
  PVEVMAdmin: vm,
  PVEVMUser: vmUser,
};

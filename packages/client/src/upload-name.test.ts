import { describe, expect, test } from "vitest";
import { type UploadContent, uploadName, uploadNameProblem } from "./upload-name.js";

test.each([
  ["debian-13.iso", "debian-13.iso"],
  ["/home/me/my image (1).iso", "my_image__1_.iso"],
  ["C:\\My Images\\Debian 13 (net).iso", "Debian_13__net_.iso"],
  ['a"b;c\r\nd.iso', "a_b_c__d.iso"],
  ["größe💿.img", "gr__e_.img"],
  ["folder/", ""],
  ["", ""],
])("%j is stored as %j", (filename, want) => {
  expect(uploadName(filename)).toBe(want);
});

describe("a name", () => {
  test.each<[string, UploadContent]>([
    ["a.iso", "iso"],
    ["a.IMG", "iso"],
    ["a.tar", "vztmpl"],
    ["debian-13-standard_13.1-2_amd64.tar.zst", "vztmpl"],
    ["a.qcow2", "import"],
    ["a.ova", "import"],
  ])("%s is right for %s", (name, content) => {
    expect(uploadNameProblem(name, content)).toBeUndefined();
  });

  test.each<[string, UploadContent, RegExp]>([
    ["a.qcow2", "iso", /\.iso or \.img/],
    [".iso", "iso", /wrong extension/],
    ["a.iso.gz", "iso", /wrong extension/],
    ["a.tgz", "vztmpl", /\.tar\.zst/],
    ["a.iso", "import", /\.qcow2/],
    ["", "iso", /is missing/],
    [`${"a".repeat(252)}.iso`, "iso", /longer than 255/],
  ])("%s is wrong for %s", (name, content, want) => {
    expect(uploadNameProblem(name, content)).toMatch(want);
  });
});

import { expect, it } from "vitest";
import { multipartFrame } from "./multipart.js";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it("a file is framed in the one order that PVE reads", () => {
  const value = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882";
  const form = { content: "iso", filename: "test2.iso", checksum: { algorithm: "sha256", value } };
  const { contentType, head, tail } = multipartFrame(form, "----X");
  expect(contentType).toBe("multipart/form-data; boundary=----X");
  expect(`${text(head)}0123456789${text(tail)}`.split("\r\n")).toEqual([
    "------X",
    'Content-Disposition: form-data; name="content"',
    "",
    "iso",
    "------X",
    'Content-Disposition: form-data; name="checksum-algorithm"',
    "",
    "sha256",
    "------X",
    'Content-Disposition: form-data; name="checksum"',
    "",
    value,
    "------X",
    'Content-Disposition: form-data; name="filename"; filename="test2.iso"',
    "Content-Type: application/octet-stream",
    "",
    "0123456789",
    "------X--",
    "",
  ]);
});

it("without a checksum there are two parts only", () => {
  const { head } = multipartFrame({ content: "vztmpl", filename: "a.tar.zst" }, "b");
  expect(text(head).match(/ name="[^"]*"/g)).toEqual([' name="content"', ' name="filename"']);
});

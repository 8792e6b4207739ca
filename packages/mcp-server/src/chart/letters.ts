/**
 * Letters for pictures, three by five: each digit is a row from the top, its bits the pixels from the left. A picture made
 * of pixels needs its own letters, and a font file would weigh more than the whole server.
 */
const LETTERS: Readonly<Record<string, string>> = {
  "0": "75557",
  "1": "26227",
  "2": "71747",
  "3": "71717",
  "4": "55711",
  "5": "74717",
  "6": "74757",
  "7": "71122",
  "8": "75757",
  "9": "75717",
  A: "25755",
  B: "65656",
  C: "34443",
  D: "65556",
  E: "74647",
  F: "74644",
  G: "34553",
  H: "55755",
  I: "72227",
  J: "11152",
  K: "55655",
  L: "44447",
  M: "57755",
  N: "65555",
  O: "25552",
  P: "65644",
  Q: "25563",
  R: "65655",
  S: "34216",
  T: "72222",
  U: "55557",
  V: "55552",
  W: "55775",
  X: "55255",
  Y: "55222",
  Z: "71247",
  ".": "00002",
  ",": "00024",
  ":": "02020",
  "-": "00700",
  "+": "02720",
  "%": "51245",
  "/": "11244",
  _: "00007",
  "(": "12221",
  ")": "42224",
  " ": "00000",
};

const UNKNOWN = "77777";

/** Rows of a letter from the top, three bits each; small letters are drawn as capitals. */
export function rowsOf(letter: string): readonly number[] {
  const rows = LETTERS[letter] ?? LETTERS[letter.toUpperCase()] ?? UNKNOWN;
  return [...rows].map(Number);
}

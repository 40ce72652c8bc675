/** `kubectl edit` with sed and cp for an editor. */
import { expect, test } from "vitest";
import { sedEdited } from "../../src/kubectl/sed.ts";

const document = "one\ntwo two\nthree\nfour\n";

/** What GNU sed 4.9 makes of the document. */
test.each<[readonly string[], string]>([
  [["s/two/2/"], "one\n2 two\nthree\nfour\n"],
  [["s/two/2/g"], "one\n2 2\nthree\nfour\n"],
  [["s/two/2/2"], "one\ntwo 2\nthree\nfour\n"],
  [["s/TWO/2/I"], "one\n2 two\nthree\nfour\n"],
  [["2s/o/0/"], "one\ntw0 two\nthree\nfour\n"],
  [["/^th/s/e$/3/"], "one\ntwo two\nthre3\nfour\n"],
  [["/two/,/four/d"], "one\n"],
  [["2,3!d"], "two two\nthree\n"],
  [["2,+1d"], "one\nfour\n"],
  [["0,/o/d"], "two two\nthree\nfour\n"],
  [["1,/o/d"], "three\nfour\n"],
  [["3,1d"], "one\ntwo two\nfour\n"],
  [["$d"], "one\ntwo two\nthree\n"],
  [["$a five"], `${document}five\n`],
  [["/two/a\\  deep"], "one\ntwo two\n  deep\nthree\nfour\n"],
  [["/two/i\\\n  a\\\n  b"], "one\n  a\n  b\ntwo two\nthree\nfour\n"],
  [["2,3c new"], "one\nnew\nfour\n"],
  [["2c\\new"], "one\nnew\nthree\nfour\n"],
  [["2{s/two/2/;s/$/!/}"], "one\n2 two!\nthree\nfour\n"],
  [["s/\\(t\\)\\(w\\)/\\2\\1/; s/one/[&]/"], "[one]\nwto two\nthree\nfour\n"],
  [["s|o|/|", "s#e#\\##"], "/n#\ntw/ two\nthr#e\nf/ur\n"],
  [["s/t[[:alpha:]]*\\b/\\n/"], "one\n\n two\n\n\nfour\n"],
  [["s/[^]a-n]\\+/-/"], "-ne\n-\n-hree\nf-\n"],
  [["s/(o)/x/"], document],
])("sed -i -e %j", (scripts, edited) => {
  const words = ["sed", "-i", ...scripts.flatMap((script) => ["-e", script])];
  expect(sedEdited(words, document)).toBe(edited);
});

test.each<[readonly string[], string | undefined]>([
  [["sed", "-Ei", "s/(o)+/<\\1>/"], "<o>ne\ntw<o> two\nthree\nf<o>ur\n"],
  [["sed", "-n", "-i", "/two/p"], "two two\n"],
  [["sed", "-i.bak", "--expression=1d"], "two two\nthree\nfour\n"],
  [["sed", "s/o/0/"], undefined],
  [["sed", "-i", "N;P;D"], undefined],
  [["sed", "-i", "s/a"], undefined],
  [["sed", "-i", "s/\\(/x/"], undefined],
  [["ed", "-i", "1d"], undefined],
])("%j", (words, edited) => {
  expect(sedEdited(words, document)).toBe(edited);
});
